package dev.leat.registry.canary;

/**
 * Calls of both versions that had the same input, two by two.
 *
 * @param count of pairs
 * @param higher of these, where the canary used more by what matters
 * @param lower where it used less by as much
 * @param canary what the canary used in all of them
 * @param control what the other did
 */
record FuelPairs(long count, long higher, long lower, long canary, long control) {
  static final FuelPairs NONE = new FuelPairs(0, 0, 0, 0, 0);

  static FuelPairs of(long canary, long control) {
    double margin = CanaryJudge.fuelMargin(Math.min(canary, control));
    return new FuelPairs(
        1, canary - control >= margin ? 1 : 0, control - canary >= margin ? 1 : 0, canary, control);
  }

  FuelPairs plus(FuelPairs other) {
    return new FuelPairs(
        count + other.count,
        higher + other.higher,
        lower + other.lower,
        canary + other.canary,
        control + other.control);
  }
}
