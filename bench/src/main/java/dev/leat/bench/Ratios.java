package dev.leat.bench;

import java.util.Arrays;
import java.util.List;

/** Sums up the ratios of alternating runs. */
final class Ratios {
  private Ratios() {}

  /** The middle one; of an even number the mean of the two in the middle. */
  static double median(List<Double> ratios) {
    double[] sorted = ratios.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  static double geometricMean(List<Double> ratios) {
    return Math.exp(ratios.stream().mapToDouble(Math::log).average().orElseThrow());
  }

  /** The spread of the ratios, as {@code 0.71-0.78}. */
  static String range(List<Double> ratios) {
    double[] sorted = ratios.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return "%.2f-%.2f".formatted(sorted[0], sorted[sorted.length - 1]);
  }
}
