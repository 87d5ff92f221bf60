package dev.leat.worker.capability.http;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Headers;
import dev.leat.contract.permission.HttpTarget;
import dev.leat.engine.GuestInstance;
import dev.leat.worker.capability.GuestPermits;

/**
 * Header fields that the host puts into a function's requests, in place of the function's own of
 * the same name. The function never sees them.
 */
@FunctionalInterface
public interface AddedFields {
  /** None is added. */
  AddedFields NONE = (version, permits) -> (guest, target) -> new Added.Fields(Headers.NONE);

  /** What is added to the requests of one instance of the version. */
  OfInstance of(FunctionVersion version, GuestPermits permits);

  /** Confined to the guest's thread. */
  @FunctionalInterface
  interface OfInstance {
    /**
     * Those of a request to this target. Asked for each redirect anew, so that what is meant for
     * one server does not go to another. May wait on the guest's thread.
     */
    Added to(GuestInstance guest, HttpTarget target);
  }

  /** What is to be added. */
  sealed interface Added {
    record Fields(Headers fields) implements Added {
      /** Without the fields, which may be secrets. */
      @Override
      public String toString() {
        return "Fields[***]";
      }
    }

    /** What would have to be added cannot be: the request is not sent. */
    record Refused(HttpAnswer.None why) implements Added {}
  }
}
