package dev.leat.worker;

import dev.leat.contract.Grant;
import dev.leat.contract.PowerFunction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A guest that calls the functions of the key-value power. */
final class KeyValueScript extends HostScript {
  private static final List<PowerFunction> FUNCTIONS =
      functions(function -> function.grant() == Grant.KeyValue.class);

  KeyValueScript() {
    super(FUNCTIONS);
  }

  KeyValueScript set(String key, String value, long ttl) {
    return call("kv_set", key, value, ttl);
  }

  KeyValueScript get(String key, int buffer, int capacity) {
    return call("kv_get", key, buffer, capacity);
  }

  KeyValueScript exists(String... keys) {
    for (String key : keys) {
      call("kv_exists", key);
    }
    return this;
  }

  KeyValueScript delete(String key) {
    return call("kv_delete", key);
  }

  KeyValueScript expire(String key, long ttl) {
    return call("kv_expire", key, ttl);
  }

  KeyValueScript increment(String key, long delta, int out) {
    return call("kv_increment", key, delta, out);
  }

  /**
   * @param old null: nothing may be there
   */
  KeyValueScript compareAndSet(String key, @Nullable String old, String value) {
    return call("kv_compare_and_set", key, old == null ? range(0, -1) : old, value, 0L);
  }

  KeyValueScript list(String prefix, int limit, int buffer, int capacity) {
    return call("kv_list", prefix, limit, buffer, capacity);
  }

  @Override
  KeyValueScript call(String function, Object... arguments) {
    super.call(function, arguments);
    return this;
  }
}
