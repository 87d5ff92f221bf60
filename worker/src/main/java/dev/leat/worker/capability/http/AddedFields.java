package dev.leat.worker.capability.http;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Headers;
import dev.leat.contract.permission.HttpTarget;

/**
 * Header fields that the host puts into a function's requests, in place of the function's own of
 * the same name. The function never sees them.
 */
@FunctionalInterface
public interface AddedFields {
  AddedFields NONE = (version, target) -> Headers.NONE;

  /**
   * Those of a request to this target. Asked for each redirect anew, so that what is meant for one
   * server does not go to another. Must not block.
   */
  Headers of(FunctionVersion version, HttpTarget target);
}
