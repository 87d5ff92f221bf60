package dev.leat.bench;

/** An instance of a module, as the benchmarks use it. Confined to one thread. */
interface Guest {
  int function(String export);

  long call(int function, long... arguments);

  void write(int pointer, byte[] bytes);

  byte[] read(int pointer, int length);

  /** Puts the state after instantiation back, in the engine's own best way. */
  void renew();

  /** Runs a kernel's export. */
  static Timing timed(Guest guest, int times) {
    int run = guest.function("run");
    long start = System.nanoTime();
    long checksum = guest.call(run, times);
    return new Timing(System.nanoTime() - start, checksum);
  }
}
