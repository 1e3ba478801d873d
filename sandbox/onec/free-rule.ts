/** UT 11.5.20: reserves on arrival lower what is free, but never push it below zero by themselves. */
export function freeStock(onHand: number, reserved: number, reservedOnArrival: number): number {
  const afterReserve = round(onHand - reserved);
  if (afterReserve < 0) return afterReserve;
  return Math.max(0, round(afterReserve - reservedOnArrival));
}

const round = (value: number) => Math.round(value * 1000) / 1000;
