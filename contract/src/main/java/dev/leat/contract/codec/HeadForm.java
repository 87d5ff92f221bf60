package dev.leat.contract.codec;

/**
 * What a head is of, and how all of them begin: four letters, the version of the form, the kind. A
 * change of what follows is another version; this release reads one.
 */
enum HeadForm {
  INVOCATION(1),
  OUTCOME(2);

  /** The letters LEAT. */
  static final int MAGIC = 0x4c454154;

  static final int VERSION = 4;

  private final int number;

  HeadForm(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
