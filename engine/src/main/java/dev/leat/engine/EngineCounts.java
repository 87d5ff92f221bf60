package dev.leat.engine;

/** What an engine has done since the start. Any thread. */
public interface EngineCounts {
  /** Modules that were compiled, rather than loaded from their stored classes. */
  long compiledModules();
}
