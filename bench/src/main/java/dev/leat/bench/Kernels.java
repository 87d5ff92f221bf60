package dev.leat.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Runs the compute kernels on Leat's engine, on stock Chicory in the same JVM and on V8, turn and
 * turn about, and prints each kernel's ratios and their geometric mean. An argument is a kernel's
 * name; none means all.
 */
public final class Kernels {
  private static final List<String> ALL =
      List.of(
          "sha256",
          "json",
          "mandelbrot",
          "quicksort",
          "bubblesort",
          "memcpy",
          "bytecopy",
          "markdown",
          "fib",
          "interpreter");

  private static final Path DIRECTORY = Path.of("bench", "kernels");
  private static final int ROUNDS = 21;
  private static final long ROUND_NANOS = 30_000_000;
  private static final long WARM_UP_NANOS = 3_000_000_000L;

  private final PrintStream out;
  private final boolean hasV8 = V8Kernel.isAvailable();
  private final List<Double> toStock = new ArrayList<>();
  private final List<Double> toV8 = new ArrayList<>();

  private Kernels(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] names) throws IOException {
    new Kernels(System.out).run(names.length == 0 ? ALL : List.of(names));
  }

  private void run(List<String> names) throws IOException {
    out.println("Leat's time as a multiple of stock Chicory's and of V8's; less is better.");
    out.printf("%-12s %10s %9s %12s %9s%n", "kernel", "us", "/ stock", "(spread)", "/ V8");
    for (String name : names) {
      measure(name);
    }
    out.printf(
        "%-12s %10s %9.2f %12s %9s%n",
        "geo. mean", "", Ratios.geometricMean(toStock), "", v8(toV8, Ratios::geometricMean));
  }

  private void measure(String name) throws IOException {
    Path file = DIRECTORY.resolve(name + ".wasm");
    byte[] module = Files.readAllBytes(file);
    List<Kernel> kernels = new ArrayList<>(List.of(new LeatGuest(module), new StockGuest(module)));
    if (hasV8) {
      kernels.add(new V8Kernel(DIRECTORY.resolve("run.mjs"), file));
    }
    try {
      int times = warmUp(kernels);
      List<Double> stock = new ArrayList<>();
      List<Double> v8 = new ArrayList<>();
      List<Double> micros = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        long[] nanos = round(name, kernels, times);
        micros.add(nanos[0] / 1e3 / times);
        stock.add((double) nanos[0] / nanos[1]);
        if (hasV8) {
          v8.add((double) nanos[0] / nanos[2]);
        }
      }
      toStock.add(Ratios.median(stock));
      if (hasV8) {
        toV8.add(Ratios.median(v8));
      }
      out.printf(
          "%-12s %10.2f %9.2f %12s %9s%n",
          name,
          Ratios.median(micros),
          Ratios.median(stock),
          Ratios.range(stock),
          v8(v8, Ratios::median));
    } finally {
      for (Kernel kernel : kernels) {
        kernel.close();
      }
    }
  }

  /** Lets every engine's compilers finish; answers how many times fill a round. */
  private static int warmUp(List<Kernel> kernels) throws IOException {
    int times = 1;
    for (Kernel kernel : kernels) {
      long start = System.nanoTime();
      times = 1;
      while (System.nanoTime() - start < WARM_UP_NANOS) {
        long nanos = kernel.run(times).nanos();
        if (nanos < ROUND_NANOS / 2) {
          times *= 2;
        }
      }
    }
    return times;
  }

  private static long[] round(String name, List<Kernel> kernels, int times) throws IOException {
    long[] nanos = new long[kernels.size()];
    long expected = 0;
    for (int i = 0; i < nanos.length; i++) {
      Timing timing = kernels.get(i).run(times);
      nanos[i] = timing.nanos();
      if (i > 0 && timing.checksum() != expected) {
        throw new IllegalStateException(
            "Engine " + i + " computed " + timing.checksum() + " in " + name + ", not " + expected);
      }
      expected = timing.checksum();
    }
    return nanos;
  }

  private String v8(List<Double> ratios, ToDoubleFunction<List<Double>> sum) {
    return hasV8 ? "%.2f".formatted(sum.applyAsDouble(ratios)) : "no node";
  }
}
