package dev.leat.worker;

import dev.leat.contract.PowerFunction;
import java.util.List;

/** A guest that calls these functions of the host, such as those of the database power. */
final class SqlScript extends HostScript {
  SqlScript(PowerFunction... functions) {
    super(List.of(functions));
  }

  SqlScript call(PowerFunction function, Object... arguments) {
    super.call(function.importName(), arguments);
    return this;
  }
}
