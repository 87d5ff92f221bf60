package dev.leat.gateway;

import dev.leat.contract.Outcome;
import dev.leat.gateway.http.BodyMemory;
import dev.leat.tenants.Admission;
import java.time.Duration;

/**
 * What a request holds: a place among those that its tenant may run at once, and memory. The place
 * and the body's memory are held until the call has ended and let go of them, whether or not anyone
 * still waits for it; then the response's memory until the client has taken it. Safe for several
 * threads.
 */
record Held(BodyMemory.Reservation memory, Admission.Admitted place) {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  /** The call has ended, and holds its response instead if there is memory for it. */
  Outcome ended(Outcome outcome) {
    place.release();
    int response = outcome instanceof Outcome.Responded answered ? answered.body().length : 0;
    return memory.exchange(response)
        ? outcome
        : new Outcome.Overloaded(
            "The function ran, but the memory for responses is used up", RETRY_AFTER);
  }

  /** Lets all go; further calls do nothing. */
  void close() {
    place.release();
    memory.close();
  }
}
