package dev.leat.gateway.control.reply;

import dev.leat.registry.canary.Analysis;
import dev.leat.registry.function.Rollout;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Optional;

/** What is said of a canary, and by which figures of it and of the old version. */
public record VerdictReply(
    String verdict,
    String reason,
    String control,
    long controlCalls,
    long canaryCalls,
    List<Check> checks) {
  /** Figures are shown to six digits. */
  private static final MathContext DIGITS = new MathContext(6);

  static VerdictReply of(Rollout rollout, Analysis analysis) {
    Optional<Rollout.Said> said = rollout.isUnderWay() ? Optional.empty() : rollout.said();
    return new VerdictReply(
        said.map(Rollout.Said::verdict).orElse(analysis.verdict()).word(),
        said.map(Rollout.Said::reason).orElse(analysis.reason()),
        "v" + rollout.control(),
        analysis.controlCalls(),
        analysis.canaryCalls(),
        analysis.checks().stream().map(Check::of).toList());
  }

  /** One thing that both are compared by. */
  public record Check(
      String check, String verdict, BigDecimal control, BigDecimal canary, String reason) {
    static Check of(Analysis.Check check) {
      return new Check(
          check.name(),
          check.verdict().word(),
          shown(check.control()),
          shown(check.canary()),
          check.reason());
    }

    private static BigDecimal shown(double figure) {
      return new BigDecimal(new BigDecimal(figure, DIGITS).stripTrailingZeros().toPlainString());
    }
  }
}
