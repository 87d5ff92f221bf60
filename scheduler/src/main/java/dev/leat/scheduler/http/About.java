package dev.leat.scheduler.http;

import dev.leat.cluster.Member;
import java.util.ArrayList;
import java.util.List;

/**
 * What a node says of itself to any other of the cluster, also to one that is no member yet.
 *
 * @param format the format of what nodes say to each other, {@link Wire#FORMAT} in this version
 */
record About(int format, String node, long incarnation) {
  /** A name and two numbers: a fraction of this, also with what later versions add. */
  static final int BYTES_MAX = 4_096;

  private static final String[] WORDS = {"format", "node", "incarnation"};

  static About of(Member self) {
    return new About(Wire.FORMAT, self.name(), self.incarnation());
  }

  /** A line for each: its word, a space, what it is. */
  String text() {
    Object[] values = {format, node, incarnation};
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < WORDS.length; i++) {
      lines.append(WORDS[i]).append(' ').append(values[i]).append('\n');
    }
    return lines.toString();
  }

  /**
   * Reads what {@link #text} wrote; later versions may add lines.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  static About read(String text) {
    List<String> lines = text.lines().toList();
    List<String> values = new ArrayList<>();
    for (int i = 0; i < WORDS.length; i++) {
      if (i >= lines.size() || !lines.get(i).startsWith(WORDS[i] + " ")) {
        throw new IllegalArgumentException("It does not say its " + WORDS[i]);
      }
      values.add(lines.get(i).substring(WORDS[i].length() + 1));
    }
    return new About(Integer.parseInt(values.get(0)), values.get(1), Long.parseLong(values.get(2)));
  }
}
