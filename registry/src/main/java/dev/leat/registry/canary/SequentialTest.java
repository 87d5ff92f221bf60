package dev.leat.registry.canary;

/**
 * Whether too much of something bad falls to one of two versions, asked as often as one likes.
 *
 * <p>Calls are given to both at random or in turns, so while nothing differs each bad one is the
 * toss of a coin which of the two had it, whenever it comes and however many there are at once. The
 * evidence is the chance of what was seen if the one had {@code RATIOS} times as many as the other,
 * each as likely, by its chance if both had as many. While they have, it exceeds {@code 1/alpha}
 * ever, at any of all looks, with a chance of {@code alpha} at most (Ville's inequality; a mixture
 * sequential probability ratio test: Robbins 1970; Johari et al. 2017).
 */
final class SequentialTest {
  /** From half as many again to all: five, so that naming the right one costs a factor of five. */
  private static final double[] RATIOS = {1.5, 2, 4, 10, 50};

  private SequentialTest() {}

  /** Whether so much evidence is a false alarm with a chance of {@code alpha} at most. */
  static boolean isConvincing(long canary, long control, double share, double alpha) {
    return evidence(canary, control, share) >= -Math.log(alpha);
  }

  /**
   * The evidence's natural logarithm.
   *
   * @param canary how often it had it
   * @param control how often the other had it
   * @param share the canary's part of all calls, above 0 and below 1
   */
  static double evidence(long canary, long control, double share) {
    double[] terms = new double[RATIOS.length];
    double highest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < terms.length; i++) {
      double odds = RATIOS[i] * share / (1 - share);
      double part = odds / (1 + odds);
      terms[i] = canary * Math.log(part / share) + control * Math.log((1 - part) / (1 - share));
      highest = Math.max(highest, terms[i]);
    }
    double sum = 0;
    for (double term : terms) {
      sum += Math.exp(term - highest);
    }
    return highest + Math.log(sum / terms.length);
  }
}
