package dev.leat.registry.canary;

/** What must not happen at all while a version is released to some: it goes back at once. */
public sealed interface Alarm {
  String text();

  /** The version calls a host that the old one may not. */
  record NewHost(String host) implements Alarm {
    @Override
    public String text() {
      return "it calls the host '" + host + "', which the old version may not";
    }
  }

  /** What is kept of its module is not what was published. */
  record AlteredModule(String reason) implements Alarm {
    @Override
    public String text() {
      return "its module was altered: " + reason;
    }
  }
}
