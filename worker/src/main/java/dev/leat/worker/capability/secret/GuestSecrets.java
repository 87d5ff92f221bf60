package dev.leat.worker.capability.secret;

import dev.leat.contract.TenantId;
import dev.leat.contract.permission.PermissionType;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.StackRoom;
import dev.leat.store.StoreFailure;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.GuestText;
import dev.leat.worker.capability.HostCode;
import dev.leat.worker.capability.HostWork;
import dev.leat.worker.capability.secret.HeldSecrets.Held;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The secrets that one instance asks for. Confined to the guest's thread. */
public final class GuestSecrets {
  /** More than a name has, so that a longer one is none. */
  static final int NAME_BYTES_MAX = 64;

  /** For one look into the database; its connections wait no longer either. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(GuestSecrets.class);

  private final TenantId tenant;
  private final GuestPermits permits;
  private final HeldSecrets all;
  private final HostWork work;

  /** Whether the guest's memory outlives its calls. */
  private final boolean isShared;

  /** What this call was told, which stays so until its end. */
  private final Map<String, Held> ofCall = new HashMap<>();

  /** What the instance was told and may remember: when it came up, or ever. */
  private final Map<String, Held> remembered = new HashMap<>();

  private boolean isUp;
  private long revision;

  GuestSecrets(
      TenantId tenant, GuestPermits permits, HeldSecrets all, HostWork work, boolean isShared) {
    this.tenant = tenant;
    this.permits = permits;
    this.all = all;
    this.work = work;
    this.isShared = isShared;
    this.revision = all.revision(); // first: what changes later is looked at again
  }

  /** {@code secret_get(name, nlen, buf, cap)}. */
  int get(GuestInstance guest, long[] a) {
    String name = name(guest, a);
    if (!permits.allows(PermissionType.SECRETS, name)) {
      return HostCode.DENIED;
    }
    Held secret = ofCall.get(name);
    if (secret == null) {
      StackRoom.forALogLine(); // the cache takes locks, and keeps itself in order
      secret = all.find(tenant, name);
      if (secret == null) {
        try {
          secret = work.await(tenant, guest, PATIENCE, () -> all.read(tenant, name)).orElse(null);
        } catch (StoreFailure e) {
          LOG.debug("A function's secret cannot be reached tenant={}", tenant, e);
          return HostCode.FAILED;
        }
      }
      if (secret == null) {
        return HostCode.TIMEOUT;
      }
      tell(name, secret);
    }
    byte[] value = secret.value();
    if (value == null) {
      return secret.isReadable() ? HostCode.ABSENT : HostCode.FAILED;
    }
    return GuestText.write(guest, value, a[2], a[3]);
  }

  private void tell(String name, Held secret) {
    ofCall.put(name, secret);
    if (!isUp || isShared) {
      remembered.put(name, secret);
    }
  }

  /** The call is over, or the initialisation. */
  void end() {
    ofCall.clear();
    isUp = true;
  }

  /** Whether the instance may remember what is another value now. */
  boolean isOutdated() {
    long newest = all.revision();
    if (newest == revision || remembered.isEmpty()) {
      return false;
    }
    for (Map.Entry<String, Held> told : remembered.entrySet()) {
      if (all.find(tenant, told.getKey()) != told.getValue()) {
        return true;
      }
    }
    revision = newest;
    return false;
  }

  static String name(GuestInstance guest, long[] a) {
    return GuestText.read(guest, a[0], a[1], NAME_BYTES_MAX);
  }
}
