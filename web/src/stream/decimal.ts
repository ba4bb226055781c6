/** Exact sums of prices, which are decimals and never binary fractions. */

const DECIMAL = /^(-?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,3}))?$/;
const MAX_SCALE = 100;

interface Scaled {
  units: bigint;
  places: number;
}

/**
 * The sum of two decimal strings, with the places of the longer; null is unknown.
 *
 * Exponents are understood (`1.5E-7`) and never written. What is no decimal, or has more than
 * 100 places, is unknown too.
 */
export function addCosts(one: string | null, other: string | null): string | null {
  const first = scaled(one);
  const second = scaled(other);
  if (!first || !second) return null;
  const scale = Math.max(first.places, second.places);
  const units = raised(first, scale) + raised(second, scale);
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale);
  return (units < 0n ? "-" : "") + whole + (fraction ? `.${fraction}` : "");
}

function raised(number: Scaled, scale: number): bigint {
  return number.units * 10n ** BigInt(scale - number.places);
}

function scaled(cost: string | null): Scaled | null {
  const match = cost !== null && cost.length <= MAX_SCALE ? DECIMAL.exec(cost) : null;
  if (!match || !(match[2] || match[3])) return null;
  const fraction = match[3] ?? "";
  const places = fraction.length - Number(match[4] ?? 0);
  if (Math.abs(places) > MAX_SCALE) return null;
  const digits = BigInt(`${match[2] ?? ""}${fraction}`);
  const units = match[1] ? -digits : digits;
  if (places >= 0) return { units, places };
  return { units: units * 10n ** BigInt(-places), places: 0 };
}
