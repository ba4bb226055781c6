"""No word of a prompt is lost in silence: it is in the contract, or the user is told of it."""

import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartforge.contract import Contract
from smartforge.contract.names import ascii_text
from smartforge.planners.base import Planned
from smartforge.planners.offline import plan
from tests.unit.planners.test_offline_readings import TABLE

# What says nothing about an API: small words, courtesy, words of the trade, verbs of the writer.
SMALL_WORDS = """
    a an the this that it them each either every many most must no not of in on by for from to
    over up out down and or as at with which who whether where when what how after before
    between exactly per i me my we our their they you your is are was be can could do does has
    have having need want love like please hi here something go going keep hold manage managing
    organise save store record track tracking take remove add write written build building make
    create generate called so just api app backend service endpoint entity table crud operations
    attributes fields field small simple positive characters string strings float date flag
    through than any if use then it's i'm i'd we're there all t s d re m also should will would
    took two least show thing optional number never belongs max other yes fly kind sort very
    really thanks
    organising endpoints one get somebody hello stores log made remembers
"""
FILLER = frozenset(SMALL_WORDS.split())

TEXTS = """
Create a simple parking spots API with CRUD operations. A spot has a number, a level, is covered or
not and a price per hour

I want to keep my vinyl records: artist, album, year, condition (mint, good, worn) and where I
bought it.

I need to track turbines and their inspections. An inspection has a date, an inspector and a result.

A yoga studio backend: classes with a teacher, a start time and a max of 20 participants

API for ceramic mugs, capacity in ml color price

Lost and found items: description, location found, date, claimed or not

Backlog of ideas; each idea has a title, an effort from 1 to 8 and a category: must have, nice to
have

Fields for a tram: line number; depot; seats; low floor (yes/no)

Recipes app for my grandmother, with title, ingredients and steps

Hi! Could you please build me a small API to organise my comic collection? Each comic has a series,
an issue number and a grade.

REST API for a bakery. Breads have a name, a weight in grams and a price. Customers place orders
with a pickup time.

I'm a beekeeper. I have 30 hives and want to note every inspection: date, hive, brood pattern, honey
frames and temperament.

We need something to record visitor complaints at our museum, each with a subject, the room, how
urgent it is and who handled it.

Train stations with name, city, number of platforms and whether they have parking

Manage scholarships: amount, deadline, eligible majors, and a minimum GPA between 0 and 4

Backend for a dog walking business. Dogs have a name, breed and owner phone. Walks have a date,
duration and notes.

tool rental: tools (name, daily rate, deposit), rentals (tool, renter, from, until)

For every experiment I store the hypothesis, a start date, the outcome and up to 5 tags.

Seed bank API. Seeds: species, origin country, viability percent, stored since, quantity in grams

A wine cellar: bottles with vintage, grape, region, rating out of 100 and drink by date

Keep a list of my favourite hiking trails with length in km, elevation gain in meters and difficulty
(easy, moderate, hard)

Generate an API with two resources: drivers and deliveries. Drivers have a license plate and an
active flag.

Podcast episodes: title, guest, duration (minutes), published or draft

An elevator maintenance log where technicians write down the building, the fault and the repair time

Endpoint for feedback. Feedback has a message of at most 500 characters, a score 1-5 and an optional
email

Blood donations need donor name, blood type (A, B, AB, O), volume in ml and donation date

Quiz questions with four answers, the correct one and a topic

Movies have a title, a director, a release year after 1900 and a runtime in minutes

An API for tracking satellites: name, norad id, orbit (leo, meo, geo), launch date and mass in kg

Storage units: size in square meters, monthly rent, rented or not, tenant name

Kids chores app: each chore has a name, points, weekday and the child who does it

A city bike sharing scheme with stations and bikes. A bike has a frame number, a battery level and
is locked or unlocked.

Translate terms: glossary entries hold a term, a translation, a language and an example sentence

Employees, their departments and their leave requests. A leave request has a start, an end and a
reason.

Conference talks: speaker, abstract, track, slot, level of the audience

Monthly budget API with categories and transactions; a transaction has an amount, a date and belongs
to a category

Fishing log: species, weight, length, bait, lake, released (boolean), photo url

my plants. watering interval in days, last watered, sunny or shady spot, nickname

Crop fields of a farm: area in hectares, soil type, last harvest date, irrigated

Build an API for a toy library. Toys have a name, an age group, a condition and a deposit. Families
borrow toys for two weeks.

Stargazing diary: object, constellation, seeing (1-5), telescope used, sketch url

I'm organising a marathon and need runners with bib number, age, club and finish time

CRUD for kitchen appliances with wattage, brand and a warranty of up to 10 years

Please create an API to manage tattoo appointments. Each appointment has a client, an artist, a body
part, a deposit paid or not and a date.

Church choir music: composer, arrangement, voicing, number of copies, seasonal (yes/no)

An orchard with trees and harvests. Trees have a variety, a row and a planting year. Harvests have a
date and kilograms.

Genealogy backend: people with birth date, death date, birthplace and notes; marriages with a date
and place

Support desk with tickets that are open, pending or solved, plus agents and canned replies

Puppet theatre props: name, height in cm, material, fragile

Vending machine API, machines have a location, a model, number of slots and last refill date;
products have price and calories

Track my sleep: bedtime, wake time, quality from 1 to 10, dreams

swimming lessons api - level, instructor, pool lane, max 8 kids, weekly price

We rent canoes. A canoe has a number, a length in feet, and seats two or three people.

Chess games: white player, black player, opening, moves, result which is 1-0, 0-1 or draw

Sourdough recipes with hydration percentage, flour types, proof time in hours and crumb photo

Volunteer firefighters and the callouts they attend; a callout has an address, an alarm level (1 to
5) and a duration

API for second-hand cameras: brand, model, shutter count, asking price, sold flag

Beer brewing batches: style, original gravity, final gravity, brewed on, bottled on, tasting score
out of 50

Store electricity meter readings, kWh value with 1 decimal, meter id, taken at

Parking permits. Permit number, plate, valid from, valid until, zone A/B/C.

A reading club: members suggest books, books have title and author, meetings have a date and a host

Need endpoints for warehouse pallets - weight kg, aisle, shelf, hazardous?

Ski passes: holder name, season, price, pass type one of day, week, season

Notes have a title. Filter notes by date range and search the full text. Users log in with JWT.

Blog with posts and comments. Users can log in, upload pictures and get email notifications when
somebody replies.

Shop API with products (name, price, sku). Customers pay with Stripe, invoices are exported to PDF
every night.

We need an API for our allotment society: plots (number, size in sqm, occupied or not), members
(name, phone), and a waiting list.

Drum lessons. Every lesson has a pupil, a weekday, a fee and optional remarks.

Build me a backend for tracking asteroid sightings, with magnitude, right ascension, declination and
observer

Hello, I'd like an API that stores jokes. A joke has a setup, a punchline, a rating from 1 to 10 and
is clean or not.

Cheese shop inventory: cheeses have name, milk type (cow, goat, sheep), age in months, price per kg
and country

API to log coffee tastings - beans, roaster, grind size, water temperature, score between 0 and 100

Sailing club backend with boats, skippers and races. A race has a date, a course and a wind speed in
knots.

Laboratory samples: barcode, collected at, storage temperature, volume in ml, status one of
received, analysed, discarded

an app that remembers gift ideas for my family: person, idea, budget, occasion, bought yes/no

Simple CRUD for street lamps with a pole number, latitude, longitude, lamp type and broken flag

Museum exhibits have a title, an era, a donor, an insurance value and at most 5 photos

Bus drivers and their shifts. A shift has a start, an end, a route and a break in minutes

Create an API for a laundry: orders with items, pickup date, delivery date and express (true/false)

Crossword clues: clue text, answer, difficulty easy/medium/hard, language

Escape room bookings must have a team name, number of players between 2 and 6, a room and a time
slot

Keep track of loans I made to friends, who owes me, how much, and the due date

Thesis topics: title, supervisor, field of study, taken, max 2 students

School cafeteria menus; a menu has a date, a main dish, a dessert, calories and whether it is vegan

Ice hockey api: teams (name, city, arena), players (name, jersey number, position: goalie, defence,
forward)

Energy drinks ranking with flavour, sugar per 100 ml, caffeine in mg, my score
"""
PROMPTS = [" ".join(text.split()) for text in TEXTS.strip().split("\n\n")]

WORD = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)?")
EXAMPLES = re.compile(r'(?<=":)\s*(?:"[^"]*"|[\w.]+)|(?<=\[)"[^"]*"(?=\])')


def shown(planned: Planned) -> str:
    """Everything that the user gets to see of a plan."""
    contract = msgspec.json.encode(told(planned.contract)).decode()
    return "\n".join((contract, *planned.notes, *planned.operations_not_made)).lower()


def told(contract: Contract) -> object:
    """The contract without the pages, whose numbers nobody asked for."""
    made = msgspec.to_builtins(contract)
    usual = 20
    for resource in made["resources"]:
        if resource["paging"]["default_limit"] == usual:
            del resource["paging"]
    return made


def lost_words(prompt: str, planned: Planned) -> list[str]:
    """The words of content in `prompt` that the plan does not show in any form."""
    words = WORD.findall(shown(planned))
    stems = {word[:length] for word in words for length in range(1, len(word) + 1)}
    numbers = [float(word) for word in words if word[0].isdigit()]
    numbers.append(len(planned.contract.resources))
    lost: list[str] = []
    for word in WORD.findall(EXAMPLES.sub(" ", ascii_text(prompt)).lower()):
        if word in FILLER:
            continue
        if word[0].isdigit():
            found = any(abs(float(word) - number) <= 1 for number in numbers)
        else:
            found = word[: max(3, len(word) - 3)] in stems
        if not found:
            lost.append(word)
    return lost


@pytest.mark.parametrize("prompt", [*(row[0] for row in TABLE), *PROMPTS])
def test_every_word_of_content_is_in_the_contract_or_told(prompt: str) -> None:
    assert lost_words(prompt, plan((prompt,))) == []


THINGS = ["glorbs", "wibblers", "dranks", "turbines", "books", "recipes", "plonkets", "parcels"]
NAMES = """
    title|name|price|color|zint|flumage|weight|borvin|due date|rating|pages|crandle|email|snood
    price per hour|burn time in hours|gribbed|list of snarfs|serial number|how many flots
    height between 3 and 47|tags|max 300 grobs|a status (fnord, blarg, quux)|optional twiglet
    whether they wumble|who drelled it|length of at most 77 characters|up to 9 minkles
    yearly zorf in kg|mood: fizzy, gloomy or zany|odd quoted thing|level from 2 to 13
    half-baked pluff|year after 1873|covered or not|a "very odd" flag|zest, at least 0.25
    where I bought it
"""
ENTRIES = [one.strip() for line in NAMES.splitlines() for one in line.split("|") if one.strip()]
ASIDES = """
    Users log in with a snurkle badge.|The vorpal gnomes guard everything.|Search them by zint.
    It should be frabjous on Tuesdays.|Drivers deliver mangled crates to Plovdiv.|No deletes.
    Show 35 per page.|Every plonket belongs to a tinker.|Prices are in doubloons.|Never lose 42.
    glorbs can be twisted or bent.|Export the grommets to CSV, and email the abbot.|Wembly!
    The title must be at most 81 characters.|My aunt Clothilde pays for brackish soup.
"""
SAYINGS = [one.strip() for line in ASIDES.splitlines() for one in line.split("|") if one.strip()]

things = st.sampled_from(THINGS)
entries = st.lists(st.sampled_from(ENTRIES), min_size=1, max_size=6, unique=True)


def _listed(parts: list[str], comma: str) -> str:
    return comma.join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1]


lists = st.one_of(
    entries.map(lambda parts: _listed(parts, ", ")),
    entries.map(", ".join),
    entries.map("; ".join),
    entries.map(" ".join),
)
clauses = st.one_of(
    st.builds("{} have {}.".format, things, lists),
    st.builds("{}: {}.".format, things, lists),
    st.builds("An API for {} with {}.".format, things, lists),
    st.builds("I want to keep my {} in the blorn, each with {}.".format, things, lists),
    st.builds("Track {} and their {}.".format, things, things),
    st.builds("\n## {}\n- {}\n- {}\n".format, things, lists, lists),
    st.builds("Fields for {} ({}), which the smeg uses.".format, things, lists),
    st.sampled_from(SAYINGS),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(clauses, min_size=1, max_size=5).map(" ".join))
def test_no_word_of_a_generated_prompt_is_lost(said: str) -> None:
    prompt = f"A glorb has a name. {said}"
    assert lost_words(prompt, plan((prompt,))) == []
