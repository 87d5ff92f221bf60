package dev.leat.worker.capability.random;

import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.GuestContract;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.StackRoom;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.Offer;
import dev.leat.worker.capability.Power;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** WASI's random bytes. Every guest has them; no grant is needed. */
public final class RandomPower implements Power<GuestRandom> {
  private static final int SUCCESS = 0;
  private static final int INVAL = 28;
  private static final long FUEL_PER_BYTE = 20;

  /** What is made at once for a guest; the budget is looked at in between. */
  private static final int CHUNK_BYTES = 65_536;

  private static final SecureRandom SYSTEM = new SecureRandom();

  @Override
  public List<Offer<GuestRandom>> link(GuestContract contract) {
    return List.of(Offer.ofWasi("random_get", RandomPower::fill));
  }

  @Override
  public Optional<GuestRandom> configure(
      FunctionVersion version, GuestPermits permits, @Nullable FixedConditions fixed) {
    return Optional.of(fixed == null ? SYSTEM::nextBytes : new SeededRandom(fixed.seed()));
  }

  private static long fill(GuestRandom random, GuestInstance guest, long[] a) {
    int length = (int) a[1];
    if (length < 0 || length > guest.memory().sizeBytes()) {
      return INVAL;
    }
    for (int done = 0; done < length; done += CHUNK_BYTES) {
      byte[] chunk = new byte[Math.min(CHUNK_BYTES, length - done)];
      guest.charge(chunk.length * FUEL_PER_BYTE);
      StackRoom.forALock(); // of the system's generator
      random.fill(chunk);
      guest.memory().write((int) a[0] + done, chunk, 0, chunk.length);
    }
    return SUCCESS;
  }
}
