package dev.leat.store;

/** Another holds the lease now, so that what was to be done under it must not be done. */
public final class LeaseLost extends RuntimeException {
  LeaseLost(String lease) {
    super("The lease '" + lease + "' is held by another node, or has lapsed");
  }
}
