package dev.leat.cluster;

import java.io.IOException;

/** This node cannot be of the cluster; the message says why, and what helps. */
public final class ClusterRefused extends IOException {
  private static final long serialVersionUID = 1L;

  public ClusterRefused(String message) {
    super(message);
  }
}
