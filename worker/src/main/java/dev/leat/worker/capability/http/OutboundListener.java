package dev.leat.worker.capability.http;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.permission.HttpTarget;
import dev.leat.contract.permission.PermissionType;

/** Told of each request that a function is let send, before it is sent. */
@FunctionalInterface
public interface OutboundListener {
  OutboundListener NONE = (version, type, target) -> {};

  /** Must be quick; runs on the guest's thread. */
  void requested(FunctionVersion version, PermissionType type, HttpTarget target);
}
