package dev.leat.worker.capability;

import dev.leat.contract.Excerpt;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.permission.HttpTarget;
import dev.leat.contract.permission.PermissionSource;
import dev.leat.contract.permission.PermissionType;
import dev.leat.contract.permission.Permits;
import dev.leat.engine.StackRoom;

/**
 * What one instance may ask of the host, as it stands when it asks: what is changed meanwhile holds
 * from the next request on; of a deleted tenant it may nothing, even if another has its name since.
 * Confined to the guest's thread.
 */
public final class GuestPermits {
  private static final String NO_URL = "(no URL that can be asked for)";

  private final PermissionSource source;
  private final FunctionVersion version;
  private final PermissionDenials denials;
  private final Permits atStart;
  private final long revisionAtStart;
  private long revision;
  private Permits permits;
  private boolean hasChanged;
  private final CallUses uses = new CallUses();

  GuestPermits(PermissionSource source, FunctionVersion version, PermissionDenials denials) {
    this.source = source;
    this.version = version;
    this.denials = denials;
    revisionAtStart = source.revision(); // first: what comes with a later one is read again
    revision = revisionAtStart;
    atStart = source.of(version);
    permits = atStart;
  }

  /**
   * Whether the guest may do this; a no is counted and recorded.
   *
   * @param resource what it is about: for HTTP a URL, else a name in full
   */
  public boolean allows(PermissionType type, String resource) {
    boolean isAllowed = would(type, resource);
    uses.add(type, resource, isAllowed);
    if (isAllowed) {
      return true;
    }
    denied(type, resource);
    return false;
  }

  /** Counts and records a no that something else than the permits said. */
  public void deny(PermissionType type, String resource) {
    uses.add(type, resource, false);
    denied(type, resource);
  }

  private void denied(PermissionType type, String resource) {
    if (permits != Permits.NOTHING) { // the record would be found by the next tenant of the name
      StackRoom.forALock();
      denials.count(version.function(), type, told(type, resource));
    }
  }

  /** Counts that it was given this, whether it asked for it or not. */
  public void note(PermissionType type, String resource) {
    uses.add(type, resource, true);
  }

  /** The call is over, whatever it asked for. */
  void end() {
    if (permits == Permits.NOTHING) {
      uses.clear(); // it would be found by the next tenant of the name
    } else {
      uses.tell((asked, count) ->
          denials
              .uses()
              .used(
                  version.function(),
                  asked.type(),
                  told(asked.type(), asked.resource()),
                  count[CallUses.ALLOWED],
                  count[CallUses.DENIED]));
    }
  }

  /** The same, for a guest that only asks whether it may. */
  public boolean would(PermissionType type, String resource) {
    return now().allows(type, resource);
  }

  /** Whether there is any resource that it may do this to, as far as it can be told without one. */
  public boolean allowsSome(PermissionType type) {
    return now().allowsSome(type);
  }

  /** Whether it may do this to every resource that there is. */
  public boolean allowsAll(PermissionType type) {
    return now().allowsAll(type);
  }

  /**
   * Whether the instance came up under what holds now, and was told nothing under anything else. If
   * not it is not used again: it may remember what it was told then.
   */
  public boolean isAsAtStart() {
    var unused = now();
    return !hasChanged;
  }

  private Permits now() {
    long newest = source.revision();
    if (newest != revision) {
      revision = newest;
      boolean isGone = source.isGone(version.function().tenant(), revisionAtStart);
      permits = isGone ? Permits.NOTHING : source.of(version);
      hasChanged |= isGone || !permits.isLike(atStart);
    }
    return permits;
  }

  /** Of a URL neither user nor query, where secrets are. */
  private static String told(PermissionType type, String resource) {
    return switch (type) {
      case HTTP_READ, HTTP_WRITE ->
          Excerpt.of(HttpTarget.of(resource).map(HttpTarget::toString).orElse(NO_URL));
      default -> Excerpt.of(resource);
    };
  }
}
