package dev.leat.contract;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The header fields of a request or response in their order, several of one name included. Names
 * are compared without regard to case and kept as they came. Immutable, so safe for several
 * threads.
 */
public final class Headers implements Iterable<Map.Entry<String, String>> {
  /** No fields at all. */
  public static final Headers NONE = new Headers(new String[0], 0);

  /** Names and values in turn. What stands beyond {@link #end} belongs to the builder. */
  private final String[] fields;

  private final int end;

  private Headers(String[] fields, int end) {
    this.fields = fields;
    this.end = end;
  }

  /**
   * The fields that are given, in this order.
   *
   * @param namesAndValues in turn
   */
  public static Headers of(String... namesAndValues) {
    if (namesAndValues.length % 2 != 0) {
      throw new IllegalArgumentException("The last name has no value");
    }
    return new Headers(namesAndValues.clone(), namesAndValues.length);
  }

  /** How many fields there are. */
  public int size() {
    return end / 2;
  }

  /** The name of a field, 0 being the first. */
  public String name(int index) {
    return fields[2 * checked(index)];
  }

  /** The value of a field, 0 being the first. */
  public String value(int index) {
    return fields[2 * checked(index) + 1];
  }

  /** The first value of this field, or null. */
  public @Nullable String first(String name) {
    for (int at = 0; at < end; at += 2) {
      if (fields[at].equalsIgnoreCase(name)) {
        return fields[at + 1];
      }
    }
    return null;
  }

  private int checked(int index) {
    if (index < 0 || index >= size()) {
      throw new IndexOutOfBoundsException("field " + index + " of " + size());
    }
    return index;
  }

  /** Makes an entry for each field; whoever is in a hurry goes by index. */
  @Override
  public Iterator<Map.Entry<String, String>> iterator() {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        return next < size();
      }

      @Override
      public Map.Entry<String, String> next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        int index = next++;
        return Map.entry(name(index), value(index));
      }
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Headers headers
        && Arrays.equals(fields, 0, end, headers.fields, 0, headers.end);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int at = 0; at < end; at++) {
      hash = 31 * hash + fields[at].hashCode();
    }
    return hash;
  }

  /** Names alone: values may be credentials. */
  @Override
  public String toString() {
    StringBuilder names = new StringBuilder("[");
    for (int index = 0; index < size(); index++) {
      names.append(index == 0 ? "" : ", ").append(name(index));
    }
    return names.append(']').toString();
  }

  /** Collects fields one by one. Confined to one thread. */
  public static final class Builder {
    /** Room for the fields of a browser's request. */
    private static final int FIELDS = 12;

    private String[] fields = NONE.fields;
    private int end;

    public Builder add(String name, String value) {
      if (end == fields.length) {
        fields = Arrays.copyOf(fields, end == 0 ? 2 * FIELDS : 2 * end);
      }
      fields[end++] = name;
      fields[end++] = value;
      return this;
    }

    /** The fields so far; what is added afterwards does not change them. */
    public Headers build() {
      return end == 0 ? NONE : new Headers(fields, end);
    }
  }
}
