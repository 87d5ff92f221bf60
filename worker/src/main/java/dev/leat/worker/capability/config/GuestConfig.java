package dev.leat.worker.capability.config;

/**
 * What an instance was given of its manifest's configuration.
 *
 * @param json an object
 */
public record GuestConfig(String json) {
  /** What a guest is given that was not granted it. */
  public static final GuestConfig NONE = new GuestConfig("{}");
}
