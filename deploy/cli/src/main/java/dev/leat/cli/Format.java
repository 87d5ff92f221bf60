package dev.leat.cli;

import java.util.Locale;

/** How results are printed. */
enum Format {
  /** For people. */
  TABLE,
  JSON,
  YAML;

  /** The word that is typed. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
