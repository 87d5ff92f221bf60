package dev.leat.cli;

import picocli.CommandLine.TypeConversionException;

/**
 * A limit as it is typed.
 *
 * @param sent as the platform takes it: -1 for none
 */
record QuotaLimit(long sent) {
  private static final String NONE = "none";

  static QuotaLimit parse(String text) {
    try {
      return new QuotaLimit(text.equals(NONE) ? -1 : Long.parseLong(text));
    } catch (NumberFormatException e) {
      throw new TypeConversionException("it must be a whole number or 'none', was '" + text + "'");
    }
  }
}
