package dev.leat.registry.module;

import dev.leat.audit.AuditEntry;
import dev.leat.contract.ModuleDigest;
import dev.leat.engine.ModuleTampered;
import dev.leat.engine.ModuleTampered.Part;
import dev.leat.store.StoreFailure;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Told of stored modules that were changed: each is logged, counted and recorded once, however
 * often it is called, until it is whole again. Safe for several threads; {@link #found} may write
 * to the database.
 */
public final class TamperAlarm {
  private static final Logger LOG = LoggerFactory.getLogger(TamperAlarm.class);

  /** Modules remembered, some 300 bytes each. Of what is found beyond, nothing is recorded. */
  static final int FOUND_MAX = 1_000;

  /**
   * How long what was changed is not read again: calls of it cost nothing, and one that was mended
   * on another node runs soon.
   */
  public static final Duration LOOK_AGAIN_AFTER = Duration.ofSeconds(1);

  private final Consumer<AuditEntry> audit;
  private final String node;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final Map<Changed, Alarm> found = new ConcurrentHashMap<>();
  private final LongAdder bytesFound = new LongAdder();
  private final LongAdder classesFound = new LongAdder();

  /**
   * @param audit keeps a record, or throws {@link StoreFailure}; then it is tried again
   * @param node the name of this one
   */
  public TamperAlarm(
      Consumer<AuditEntry> audit, String node, InstantSource clock, LongSupplier nanoTime) {
    this.audit = audit;
    this.node = node;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  /** How many were found since the start, each once until it was whole again. */
  public long count(Part part) {
    return counter(part).sum();
  }

  private LongAdder counter(Part part) {
    return switch (part) {
      case BYTES -> bytesFound;
      case CLASSES -> classesFound;
    };
  }

  /**
   * Lets a module be read, unless it was found changed a moment ago.
   *
   * @throws ModuleTampered what was found
   */
  public void pass(ModuleDigest module) {
    if (found.isEmpty()) {
      return;
    }
    for (Part part : Part.values()) {
      Alarm alarm = found.get(new Changed(module, part));
      if (alarm != null && nanoTime.getAsLong() - alarm.seenNanos < LOOK_AGAIN_AFTER.toNanos()) {
        throw new ModuleTampered(module, part);
      }
    }
  }

  /** A part of a module was found changed. */
  public void found(ModuleTampered tampered) {
    Changed changed = new Changed(tampered.module(), tampered.part());
    Alarm alarm = found.get(changed);
    if (alarm == null && found.size() < FOUND_MAX) {
      Alarm fresh = new Alarm();
      alarm = found.putIfAbsent(changed, fresh);
      if (alarm == null) {
        alarm = fresh;
        counter(tampered.part()).increment();
        LOG.error(
            "A stored module was changed, and is not run module={} part={}",
            tampered.module(),
            tampered.part().word());
      }
    }
    if (alarm != null) {
      alarm.seenNanos = nanoTime.getAsLong();
      record(changed, alarm);
    }
  }

  private void record(Changed changed, Alarm alarm) {
    synchronized (alarm) {
      if (alarm.isRecorded) {
        return;
      }
      try {
        audit.accept(
            new AuditEntry(
                clock.instant(),
                Optional.empty(),
                "node/" + node,
                "module.tampered",
                changed.module().toString(),
                false,
                "the stored %s were changed; nothing of them ran (%s)"
                    .formatted(changed.part().word(), changed.part().check()),
                ""));
        alarm.isRecorded = true;
      } catch (StoreFailure e) {
        LOG.warn("A changed module is recorded later module={}", changed.module(), e);
      }
    }
  }

  /** All of the module is whole, as it was loaded or stored anew. */
  public void whole(ModuleDigest module) {
    for (Part part : Part.values()) {
      whole(module, part);
    }
  }

  void whole(ModuleDigest module, Part part) {
    if (!found.isEmpty() && found.remove(new Changed(module, part)) != null) {
      LOG.info("A module is whole again module={} part={}", module, part.word());
    }
  }

  private record Changed(ModuleDigest module, Part part) {}

  private static final class Alarm {
    private volatile long seenNanos;
    private boolean isRecorded;
  }
}
