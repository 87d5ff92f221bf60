package dev.leat.cli;

import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads times such as 2026-11-30T12:00:00Z, and how long ago something was, such as 24h. */
final class PastConverter implements ITypeConverter<Instant> {
  private final InstantSource clock = InstantSource.system();

  @Override
  public Instant convert(String text) {
    try {
      return text.contains("T")
          ? Instant.parse(text)
          : clock.instant().minus(new DurationConverter().convert(text));
    } catch (DateTimeParseException | TypeConversionException e) {
      throw new TypeConversionException(
          "'%s' is no time such as 2026-11-30T12:00:00Z, nor how long ago, such as 30m, 24h or 7d"
              .formatted(text));
    }
  }
}
