package dev.leat.contract;

/**
 * The host powers that a function version was granted. What is absent is denied.
 *
 * @param logging guest log lines are kept
 * @param metrics guest metrics are recorded
 * @param config the manifest's {@code config} is handed to the guest's {@code init}
 */
public record Capabilities(boolean logging, boolean metrics, boolean config) {
  public static final Capabilities NONE = new Capabilities(false, false, false);
}
