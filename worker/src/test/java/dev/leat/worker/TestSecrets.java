package dev.leat.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.leat.contract.Change;
import dev.leat.contract.TenantId;
import dev.leat.worker.capability.HostWork;
import dev.leat.worker.capability.secret.HeldSecrets;
import dev.leat.worker.capability.secret.SecretsPower;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Secrets of tenants in memory, which change as a node hears of it. */
public final class TestSecrets {
  final HeldSecrets held = new HeldSecrets(this::read);
  final AtomicInteger reads = new AtomicInteger();
  volatile Runnable whileRead = () -> {};
  private final Map<String, byte[]> values = new ConcurrentHashMap<>();

  /** The power for who links it only. */
  public static SecretsPower unused() {
    return new SecretsPower(new TestSecrets().held, new HostWork(Runnable::run, 1));
  }

  private Optional<byte[]> read(TenantId tenant, String name) {
    reads.incrementAndGet();
    Optional<byte[]> found = Optional.ofNullable(values.get(tenant + "/" + name));
    whileRead.run();
    return found;
  }

  /** Sets it, of which this node hears. */
  void set(TenantId tenant, String name, String value) {
    values.put(tenant + "/" + name, value.getBytes(UTF_8));
    held.changed(new Change.SecretChanged(tenant, name));
  }

  void delete(TenantId tenant, String name) {
    values.remove(tenant + "/" + name);
    held.changed(new Change.SecretChanged(tenant, name));
  }
}
