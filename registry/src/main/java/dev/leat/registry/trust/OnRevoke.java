package dev.leat.registry.trust;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What becomes of modules that only revoked keys signed. In no case does such a key sign more. */
public enum OnRevoke {
  /** They are deployed and called as before. */
  KEEP,
  /** They are not deployed any more; versions that there are run on. */
  STOP_NEW,
  /** Nor are their versions called; calls that run end. */
  DRAIN;

  /** Kebab-case, as it is typed and sent. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static Optional<OnRevoke> ofWord(String word) {
    return Stream.of(values()).filter(each -> each.word().equals(word)).findFirst();
  }
}
