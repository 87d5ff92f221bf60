package dev.leat.contract;

import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The header fields of a request or response, names compared without regard to case. Safe to read
 * from one thread at a time; not changed once handed over.
 */
public interface Headers extends Iterable<Map.Entry<String, String>> {
  /** No fields at all. */
  Headers NONE =
      new Headers() {
        @Override
        public @Nullable String first(String name) {
          return null;
        }

        @Override
        public Iterator<Map.Entry<String, String>> iterator() {
          return Collections.emptyIterator();
        }
      };

  /** The first value of this field, or null. */
  @Nullable String first(String name);
}
