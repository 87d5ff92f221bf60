package dev.leat.node;

import dev.leat.audit.Denials;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.permission.PermissionType;
import dev.leat.worker.capability.PermissionDenials;
import java.util.Optional;

/** Has what guests were denied be recorded, once a minute for each function and resource. */
final class AuditedDenials implements PermissionDenials.Listener {
  private final Denials denials;

  AuditedDenials(Denials denials) {
    this.denials = denials;
  }

  @Override
  public void denied(FunctionRef function, PermissionType type, String resource) {
    denials.count(
        Optional.of(function.tenant()), "function " + function.name(), type.word(), resource);
  }
}
