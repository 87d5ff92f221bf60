package dev.leat.contract;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The header fields of a request or response, names compared without regard to case. Safe to read
 * from one thread at a time; not changed once handed over.
 */
public interface Headers extends Iterable<Map.Entry<String, String>> {
  /** The first value of this field, or null. */
  @Nullable String first(String name);
}
