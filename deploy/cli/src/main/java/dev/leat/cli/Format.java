package dev.leat.cli;

import java.util.Locale;

/** How results are printed. */
enum Format {
  /** For people. */
  TABLE,
  JSON,
  YAML,
  /** Comma-separated values (RFC 4180): for lists. */
  CSV;

  /** The word that is typed. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
