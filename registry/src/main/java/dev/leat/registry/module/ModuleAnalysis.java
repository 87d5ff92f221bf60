package dev.leat.registry.module;

import dev.leat.contract.Answer;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.ModuleReport;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.engine.CompilerBusy;
import dev.leat.engine.ModuleAnalyzer;
import dev.leat.engine.ModuleRefused;

/**
 * What can be told of published modules. It is read from their bytes when it is asked for: they
 * cannot change, so there is nothing to keep. Safe for several threads; blocks.
 */
public final class ModuleAnalysis {
  private final ModuleCatalog modules;
  private final ModuleAnalyzer analyzer;

  public ModuleAnalysis(ModuleCatalog modules, ModuleAnalyzer analyzer) {
    this.modules = modules;
    this.analyzer = analyzer;
  }

  /** The report on a module of the tenant. */
  public Answer<ModuleReport> show(TenantId tenant, ModuleDigest digest) {
    return modules
        .content(tenant, digest)
        .then(bytes -> report(analyzer, tenant, "The module " + digest, bytes));
  }

  /**
   * The report on these bytes, or everything that is wrong with them.
   *
   * @param what they are, for the refusal
   */
  public static Answer<ModuleReport> report(
      ModuleAnalyzer analyzer, TenantId tenant, String what, byte[] bytes) {
    try {
      return Answer.done(analyzer.analyze(tenant, bytes));
    } catch (ModuleRefused refused) {
      return Answer.refused(Problem.of(ProblemCode.INVALID_MODULE, what, refused.findings()));
    } catch (CompilerBusy busy) {
      return Answer.refused(
          ProblemCode.OVERLOADED,
          what + " was not looked at: " + busy.reason() + ". Ask again later.");
    }
  }
}
