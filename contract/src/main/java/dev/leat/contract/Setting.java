package dev.leat.contract;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a component of a config record a setting of the configuration file, or a record of settings
 * a section of it. A component without it stays as the defaults have it. The table of
 * docs/OPERATING.md is made from these.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
  /** In its section, in kebab-case; a number's unit ends it. */
  String key();

  /** What it sets, for operators. */
  String doc() default "";

  /** Its default in words, where it depends on the machine. */
  String standard() default "";

  /** The least number, in the key's unit. */
  long min() default 0;

  /** The greatest number, in the key's unit. */
  long max() default Long.MAX_VALUE;

  /** The key of a number before it in its section that this one may not exceed. */
  String atMost() default "";

  /** What a number counts. */
  Unit unit() default Unit.ONE;

  /** What is allowed, to follow "must"; for what is no number. */
  String form() default "";

  /** What a text must match. */
  String pattern() default "(?s).*";

  /** What a number of the file counts; a component in bytes is a long, in seconds a Duration. */
  enum Unit {
    ONE,
    SECONDS,
    MEBIBYTES
  }
}
