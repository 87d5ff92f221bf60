package dev.leat.cli;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What differs between the body that was expected and the one that was answered. */
final class Lines {
  /**
   * Texts of more lines are compared at their first difference alone: the table is their product.
   */
  private static final int LINES_MAX = 2_000;

  private Lines() {}

  /**
   * None if they are the same; else lines that begin with '-' where expected, '+' where answered.
   */
  static List<String> differences(byte[] expected, byte[] answered) {
    if (Arrays.equals(expected, answered)) {
      return List.of();
    }
    Optional<List<String>> before = lines(expected);
    Optional<List<String>> after = lines(answered);
    if (before.isPresent()
        && after.isPresent()
        && before.get().size() <= LINES_MAX
        && after.get().size() <= LINES_MAX) {
      return differences(before.get(), after.get());
    }
    return List.of(
        "%d bytes were expected, %d answered; they differ from byte %d on"
            .formatted(expected.length, answered.length, Arrays.mismatch(expected, answered)));
  }

  /** With the ends of lines, so that a missing last one shows. Nothing if they are no text. */
  private static Optional<List<String>> lines(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      List<String> lines = new ArrayList<>(List.of(text.split("(?<=\n)", -1)));
      if (lines.getLast().isEmpty()) {
        lines.removeLast();
      }
      return Optional.of(lines);
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /** By the longest common subsequence. */
  private static List<String> differences(List<String> before, List<String> after) {
    int[][] common = new int[before.size() + 1][after.size() + 1];
    for (int i = before.size() - 1; i >= 0; i--) {
      for (int j = after.size() - 1; j >= 0; j--) {
        common[i][j] =
            before.get(i).equals(after.get(j))
                ? common[i + 1][j + 1] + 1
                : Math.max(common[i + 1][j], common[i][j + 1]);
      }
    }
    List<String> lines = new ArrayList<>();
    int i = 0;
    int j = 0;
    while (i < before.size() || j < after.size()) {
      if (i < before.size() && j < after.size() && before.get(i).equals(after.get(j))) {
        i++;
        j++;
      } else if (i < before.size() && (j == after.size() || common[i + 1][j] >= common[i][j + 1])) {
        lines.add("-" + shown(before.get(i++)));
      } else {
        lines.add("+" + shown(after.get(j++)));
      }
    }
    return lines;
  }

  private static String shown(String line) {
    return line.endsWith("\n")
        ? line.substring(0, line.length() - 1)
        : line + "  (without a line end)";
  }
}
