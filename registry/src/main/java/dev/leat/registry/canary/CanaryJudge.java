package dev.leat.registry.canary;

import dev.leat.registry.canary.Analysis.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Says whether a canary is worse than the old version. Laws:
 *
 * <ol>
 *   <li>Where nothing changed it says fail, ever, in fewer than one of a hundred rollouts, however
 *       often it is asked: the chances below are 0.84 per cent together.
 *   <li>It fails nothing for a difference that does no harm, however sure that is.
 *   <li>It passes nothing while a harmful difference is likely, or too few calls are known.
 * </ol>
 */
public final class CanaryJudge {
  private static final double ERRORS_ALPHA = 0.003;
  private static final double QUANTILE_ALPHA = 0.0004; // three of latency, two of fuel
  private static final double PAIRS_ALPHA = 0.0004;
  private static final double STOPS_ALPHA = 0.002;
  private static final double HOSTS_ALPHA = 0.001;

  /** Of each version; fewer say nothing of errors. */
  static final long ERRORS_CALLS_MIN = 50;

  /**
   * A smaller part of the calls than this does no harm; nor less than a tenth of those that fail
   * anyway.
   */
  static final double ERRORS_HARM = 0.0025;

  /** Likewise, what a pass rules out; with it, a fifth. */
  static final double ERRORS_RULED_OUT = 0.01;

  /** With a chance of 95 per cent (one-sided). */
  private static final double RULING_OUT = 1.645;

  /** A quantile means something when so many calls are expected above it. */
  private static final int ABOVE_QUANTILE_MIN = 15;

  private static final double QUANTILE_HARM = 0.25;
  private static final double MICROS_HARM = 1_000;
  private static final double FUEL_HARM = 1_000;

  /** From so many on, pairs speak for the fuel instead of the quantiles. */
  static final long PAIRS_MIN = 30;

  private CanaryJudge() {}

  public static Analysis judge(CanaryFigures figures) {
    List<Check> checks = new ArrayList<>();
    checks.add(errors(figures));
    latency(figures, checks);
    fuel(figures, checks);
    checks.add(stops(figures));
    hosts(figures, checks);
    figures.alarms().forEach(alarm -> checks.add(new Check("alarm", Verdict.FAIL, 0, 1, alarm)));
    return Analysis.of(figures.control().calls(), figures.canary().calls(), checks);
  }

  private static double share(CanaryFigures figures) {
    double canary = figures.canary().calls();
    return canary / (canary + figures.control().calls());
  }

  private static Check errors(CanaryFigures figures) {
    ArmFigures canary = figures.canary();
    ArmFigures control = figures.control();
    double before = control.errorShare();
    double now = canary.errorShare();
    if (Math.min(canary.calls(), control.calls()) < ERRORS_CALLS_MIN) {
      return check(
          "error-share",
          Verdict.INCONCLUSIVE,
          before,
          now,
          "%d calls of each are needed at least".formatted(ERRORS_CALLS_MIN));
    }
    String figuresText =
        "%s of %d calls failed, of the old version's %s of %d"
            .formatted(percent(now), canary.calls(), percent(before), control.calls());
    double harm = Math.max(ERRORS_HARM, before / 10);
    if (now - before >= harm
        && SequentialTest.isConvincing(
            canary.errors(), control.errors(), share(figures), ERRORS_ALPHA)) {
      return check("error-share", Verdict.FAIL, before, now, figuresText);
    }
    double ruledOut = Math.max(ERRORS_RULED_OUT, before / 5);
    return errorsMost(canary, control) < ruledOut
        ? check("error-share", Verdict.PASS, before, now, figuresText)
        : check(
            "error-share",
            Verdict.INCONCLUSIVE,
            before,
            now,
            figuresText + "; more calls must show that it is not worse by " + percent(ruledOut));
  }

  /**
   * How much more of the canary's calls fail at the most, by what was seen (Agresti and Caffo 2000:
   * with an error and a success more in each).
   */
  private static double errorsMost(ArmFigures canary, ArmFigures control) {
    double now = (canary.errors() + 1.0) / (canary.calls() + 2);
    double before = (control.errors() + 1.0) / (control.calls() + 2);
    double deviation =
        Math.sqrt(
            now * (1 - now) / (canary.calls() + 2) + before * (1 - before) / (control.calls() + 2));
    return now - before + RULING_OUT * deviation;
  }

  private static void latency(CanaryFigures figures, List<Check> checks) {
    for (double part : new double[] {0.5, 0.95, 0.99}) {
      quantile(
          "latency-p%d-ms".formatted(Math.round(part * 100)),
          part,
          figures.canary().micros(),
          figures.control().micros(),
          MICROS_HARM,
          1_000,
          share(figures),
          checks);
    }
  }

  private static void fuel(CanaryFigures figures, List<Check> checks) {
    FuelPairs pairs = figures.pairs();
    if (pairs.count() >= PAIRS_MIN) {
      checks.add(paired(pairs));
      return;
    }
    for (double part : new double[] {0.5, 0.95}) {
      quantile(
          "fuel-p%d".formatted(Math.round(part * 100)),
          part,
          figures.canary().fuel(),
          figures.control().fuel(),
          FUEL_HARM,
          1,
          share(figures),
          checks);
    }
  }

  private static Check paired(FuelPairs pairs) {
    double before = (double) pairs.control() / pairs.count();
    double now = (double) pairs.canary() / pairs.count();
    boolean isMore = now - before >= fuelMargin(before);
    String text =
        "of %d pairs with the same input the canary used %s on average"
            .formatted(pairs.count(), more(before, now));
    Verdict verdict =
        !isMore
            ? Verdict.PASS
            : SequentialTest.isConvincing(pairs.higher(), pairs.lower(), 0.5, PAIRS_ALPHA)
                ? Verdict.FAIL
                : Verdict.INCONCLUSIVE;
    return check("fuel-same-input", verdict, before, now, text);
  }

  /** What fuel must differ by to matter. */
  static double fuelMargin(double fuel) {
    return Math.max(FUEL_HARM, fuel * QUANTILE_HARM);
  }

  /**
   * Whether a quantile is higher by what does harm, and that is no chance: of the calls above what
   * it may be, too many are the canary's.
   *
   * @param harm the least difference, in what is spread
   * @param unit what is spread by what is shown
   */
  private static void quantile(
      String name,
      double part,
      Spread canary,
      Spread control,
      double harm,
      double unit,
      double share,
      List<Check> checks) {
    double before = control.quantile(part);
    double now = canary.quantile(part);
    double needed = ABOVE_QUANTILE_MIN / (1 - part);
    if (Math.min(canary.total(), control.total()) < needed) {
      if (part < 0.99) { // the rarest is no reason to wait
        checks.add(
            check(
                name,
                Verdict.INCONCLUSIVE,
                before / unit,
                now / unit,
                "%.0f calls of each are needed at least".formatted(needed)));
      }
      return;
    }
    double mostAllowed = before + Math.max(harm, before * QUANTILE_HARM);
    Verdict verdict =
        now <= mostAllowed
            ? Verdict.PASS
            : SequentialTest.isConvincing(
                    canary.above(mostAllowed), control.above(mostAllowed), share, QUANTILE_ALPHA)
                ? Verdict.FAIL
                : Verdict.INCONCLUSIVE;
    checks.add(check(name, verdict, before / unit, now / unit, more(before, now)));
  }

  /**
   * A kind of stop that the old version never had in all its calls meanwhile. If it could have it
   * as well, all of them would fall to the canary with the chance of its part of the calls, to the
   * power of their number.
   */
  private static Check stops(CanaryFigures figures) {
    Map<String, Long> news =
        news(figures, figures.canary().stops(), figures.control().stops(), STOPS_ALPHA);
    return news.isEmpty()
        ? check("new-stops", Verdict.PASS, 0, 0, "none")
        : check(
            "new-stops",
            Verdict.FAIL,
            0,
            sum(news),
            "the old version was never stopped by " + told(news));
  }

  /** Likewise a host that it calls; told only where there is one. */
  private static void hosts(CanaryFigures figures, List<Check> checks) {
    Map<String, Long> news =
        news(figures, figures.canary().hosts(), figures.control().hosts(), HOSTS_ALPHA);
    if (!news.isEmpty()) {
      checks.add(
          check(
              "new-hosts",
              Verdict.FAIL,
              0,
              sum(news),
              "the old version never called " + told(news)));
    }
  }

  /** What the canary alone had, and not by chance. */
  private static Map<String, Long> news(
      CanaryFigures figures, Map<String, Long> canary, Map<String, Long> control, double alpha) {
    double all = figures.canary().all();
    double share = all / (all + figures.control().all());
    Map<String, Long> news = new TreeMap<>(canary);
    news.keySet().removeAll(control.keySet());
    news.values().removeIf(count -> !(Math.pow(share, count) <= alpha));
    return news;
  }

  private static long sum(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  private static String told(Map<String, Long> counts) {
    return counts.entrySet().stream()
        .map(each -> "'%s' %d times".formatted(each.getKey(), each.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static Check check(
      String name, Verdict verdict, double control, double canary, String reason) {
    return new Check(name, verdict, control, canary, reason);
  }

  private static String percent(double part) {
    return String.format(Locale.ROOT, "%.2f%%", part * 100);
  }

  private static String more(double before, double now) {
    return before == 0
        ? "more than nothing"
        : String.format(Locale.ROOT, "%+.1f%%", (now / before - 1) * 100);
  }
}
