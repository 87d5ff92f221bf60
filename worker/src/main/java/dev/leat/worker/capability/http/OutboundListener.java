package dev.leat.worker.capability.http;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.permission.HttpTarget;
import dev.leat.contract.permission.PermissionType;

/** Told of each host that a call's requests go to, once, before the first of them is sent. */
@FunctionalInterface
public interface OutboundListener {
  OutboundListener NONE = (version, type, target) -> {};

  /** Must be quick; runs on the guest's thread. */
  void requested(FunctionVersion version, PermissionType type, HttpTarget target);
}
