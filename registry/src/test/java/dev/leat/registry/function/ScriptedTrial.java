package dev.leat.registry.function;

import dev.leat.contract.Cancellation;
import dev.leat.contract.Finding;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.TenantId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Versions come up, unless it is told otherwise; it notes what became of their instances. */
public final class ScriptedTrial implements VersionTrial {
  public final List<String> happened = new CopyOnWriteArrayList<>();
  private volatile Runnable meanwhile = () -> {};
  private volatile Optional<Result> scripted = Optional.empty();

  public void refuse(String at, String message) {
    scripted = Optional.of(new Result.Refused(new Finding(at, message)));
  }

  public void beBusy(String reason) {
    scripted = Optional.of(new Result.Busy(reason));
  }

  public void comeUp() {
    scripted = Optional.empty();
  }

  /** Has this done while a version is tried. */
  public void meanwhile(Runnable done) {
    meanwhile = done;
  }

  @Override
  public Result attempt(FunctionVersion version, Cancellation cancellation) {
    meanwhile.run();
    happened.add("tried " + version);
    return scripted.orElseGet(() -> new Result.CameUp(new Noted(version.toString())));
  }

  @Override
  public void forget(TenantId tenant) {
    happened.add("forgot " + tenant);
  }

  private final class Noted implements Instance {
    private final String version;
    private boolean isKept;

    Noted(String version) {
      this.version = version;
    }

    @Override
    public void keep() {
      isKept = true;
      happened.add("kept " + version);
    }

    @Override
    public void close() {
      if (!isKept) {
        happened.add("closed " + version);
      }
    }
  }
}
