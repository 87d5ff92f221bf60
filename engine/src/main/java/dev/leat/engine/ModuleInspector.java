package dev.leat.engine;

/**
 * Reads a module's bytes and says whether they may be run. Safe for several threads; blocks for
 * milliseconds to a second; the bytes are hostile and nothing they hold is executed.
 */
@FunctionalInterface
public interface ModuleInspector {
  Inspection inspect(byte[] module);
}
