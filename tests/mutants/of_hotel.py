"""Wrong variants of the hotel."""

from tests.mutants.base import MIGRATION, Mutant

VARIANTS = (
    Mutant(
        "aggregate",
        "a count of one too many",
        "hotel",
        "app/models.py",
        '_computed(\n    Suite, "opinions", select(func.count())',
        '_computed(\n    Suite, "opinions", select(func.count() + 1)',
    ),
    Mutant(
        "aggregate",
        "rounded down",
        "hotel",
        "app/figures.py",
        "ROUND_HALF_UP)",
        '"ROUND_DOWN")',
    ),
    Mutant(
        "aggregate",
        "half to even",
        "hotel",
        "app/figures.py",
        "ROUND_HALF_UP)",
        '"ROUND_HALF_EVEN")',
    ),
    Mutant(
        "product",
        "a sum",
        "hotel",
        "app/models.py",
        "cast(price, Numeric) * cast(count, Numeric)",
        "cast(price, Numeric) + cast(count, Numeric)",
    ),
    Mutant(
        "ordered",
        "the same counts as later",
        "hotel",
        "app/routers/bookings.py",
        "if booking.ends_at <= booking.starts_at:",
        "if booking.ends_at < booking.starts_at:",
    ),
    Mutant(
        "ordered",
        "not looked at in an update",
        "hotel",
        "app/routers/bookings.py",
        "        setattr(booking, name, value)\n    _check_rules(db, booking)\n",
        "        setattr(booking, name, value)\n    _check_overlap(db, booking)\n",
    ),
    Mutant(
        "no_overlap",
        "only equal times",
        "hotel",
        "app/routers/bookings.py",
        "        models.Booking.starts_at < booking.ends_at,\n"
        "        models.Booking.ends_at > booking.starts_at,\n",
        "        models.Booking.starts_at == booking.starts_at,\n",
    ),
    Mutant(
        "no_overlap",
        "one right after another",
        "hotel",
        "app/routers/bookings.py",
        "models.Booking.ends_at > booking.starts_at",
        "models.Booking.ends_at >= booking.starts_at",
    ),
    Mutant(
        "no_overlap",
        "in every room",
        "hotel",
        "app/routers/bookings.py",
        "        models.Booking.room_id == booking.room_id,\n",
        "",
    ),
    Mutant(
        "no_overlap",
        "what is cancelled stands in the way",
        "hotel",
        "app/routers/bookings.py",
        '        models.Booking.status.not_in(["cancelled"]),\n',
        "",
    ),
    Mutant(
        "no_overlap",
        "comes back without a look",
        "hotel",
        "app/routers/bookings.py",
        '    booking.status = "booked"\n    _check_rules(db, booking)\n',
        '    booking.status = "booked"\n',
    ),
    Mutant(
        "no_overlap",
        "without a lock",
        "hotel",
        "app/routers/bookings.py",
        "    db.add(booking)\n    db.flush()\n    _check_rules(db, booking)\n",
        "    clash = select(models.Booking.id).where(\n"
        "        models.Booking.room_id == booking.room_id,\n"
        '        models.Booking.status != "cancelled",\n'
        "        models.Booking.starts_at < booking.ends_at,\n"
        "        models.Booking.ends_at > booking.starts_at,\n"
        "    )\n"
        "    if db.scalar(clash.limit(1)) is not None:\n"
        '        raise HTTPException(status.HTTP_409_CONFLICT, "It overlaps.")\n'
        "    db.add(booking)\n",
        race=True,
    ),
    Mutant(
        "one_open",
        "no index",
        "hotel",
        MIGRATION,
        '        ["room_id"],\n        unique=True,\n',
        '        ["room_id"],\n',
    ),
    Mutant(
        "one_open",
        "open for ever",
        "hotel",
        MIGRATION,
        '        unique=True,\n        sqlite_where=sa.text("\\"state\\" IN (\'open\')"),\n',
        "        unique=True,\n",
    ),
    Mutant(
        "transition",
        "from anywhere",
        "hotel",
        "app/routers/bookings.py",
        '    if booking.status != "booked":\n'
        '        detail = f"This is not possible while the status is {booking.status}."\n'
        "        raise HTTPException(status.HTTP_409_CONFLICT, detail)\n",
        "",
    ),
    Mutant(
        "transition",
        "to somewhere else",
        "hotel",
        "app/routers/cleanings.py",
        'cleaning.state = "done"',
        'cleaning.state = "open"',
    ),
    Mutant(
        "transition",
        "without a stamp",
        "hotel",
        "app/routers/bookings.py",
        "    booking.cancelled_at = datetime.datetime.now(datetime.UTC)\n",
        "",
    ),
    Mutant(
        "transition",
        "with another stamp",
        "hotel",
        "app/routers/bookings.py",
        "datetime.datetime.now(datetime.UTC)",
        "booking.starts_at",
    ),
    Mutant(
        "transition",
        "another status",
        "hotel",
        "app/routers/cleanings.py",
        '    if cleaning.state != "open":\n'
        '        detail = f"This is not possible while the state is {cleaning.state}."\n'
        "        raise HTTPException(status.HTTP_409_CONFLICT, detail)\n",
        '    if cleaning.state != "open":\n'
        '        raise HTTPException(status.HTTP_400_BAD_REQUEST, "No.")\n',
    ),
    Mutant(
        "transition",
        "without a lock",
        "hotel",
        "app/routers/cleanings.py",
        "    lock(db, models.Cleaning, cleaning_id)\n"
        "    cleaning = _find(db, cleaning_id)\n"
        '    if cleaning.state != "open":',
        '    cleaning = _find(db, cleaning_id)\n    if cleaning.state != "open":',
        race=True,
    ),
    Mutant(
        "report",
        "a total of all",
        "hotel",
        "app/routers/expenses.py",
        'total(models.Expense.price).label("total")',
        'total(models.Expense.count).label("total")',
    ),
    Mutant(
        "report",
        "another period",
        "hotel",
        "app/reports.py",
        "func.substr(column, 1, 7, type_=String)",
        "func.substr(column, 6, 2, type_=String)",
    ),
    Mutant(
        "report",
        "in the wrong order",
        "hotel",
        "app/routers/expenses.py",
        "        .group_by(key)\n"
        "        .order_by(key.nulls_last())\n"
        "    )\n"
        "    groups = [schemas.ExpenseByKindReportGroup",
        "        .group_by(key)\n"
        "        .order_by(key.desc())\n"
        "    )\n"
        "    groups = [schemas.ExpenseByKindReportGroup",
    ),
    Mutant(
        "on_delete",
        "restrict as cascade",
        "hotel",
        MIGRATION,
        'name=op.f("fk_cleanings_room_id"), ondelete="RESTRICT"',
        'name=op.f("fk_cleanings_room_id"), ondelete="CASCADE"',
    ),
    Mutant(
        "on_delete",
        "clear as cascade",
        "hotel",
        MIGRATION,
        'name=op.f("fk_expenses_guest_id"), ondelete="SET NULL"',
        'name=op.f("fk_expenses_guest_id"), ondelete="CASCADE"',
    ),
    Mutant(
        "on_delete",
        "cascade as restrict",
        "hotel",
        MIGRATION,
        'name=op.f("fk_bookings_room_id"), ondelete="CASCADE"',
        'name=op.f("fk_bookings_room_id"), ondelete="RESTRICT"',
    ),
    Mutant(
        "unique",
        "no constraint",
        "hotel",
        MIGRATION,
        '        sa.UniqueConstraint("name", name=op.f("uq_rooms_name")),\n',
        "",
    ),
)
