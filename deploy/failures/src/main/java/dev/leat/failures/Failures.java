package dev.leat.failures;

import dev.leat.failures.Scenario.Skipped;
import dev.leat.failures.rig.PostgresServer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * {@code bench/run failures [--seed N] [--rounds N] [--keep] [SCENARIO ...]}: plays them, prints
 * the table.
 */
public final class Failures {
  /** Of the scenarios that break something again and again. */
  private static final int ROUNDS = 5;

  private final PrintStream out;
  private final long seed;
  private final int rounds;
  private final boolean isKept;

  private Failures(PrintStream out, long seed, int rounds, boolean isKept) {
    this.out = out;
    this.seed = seed;
    this.rounds = rounds;
    this.isKept = isKept;
  }

  public static void main(String[] arguments) throws IOException {
    List<String> names = new ArrayList<>(List.of(arguments));
    long seed = number(names, "--seed", new Random().nextInt(1_000_000));
    int rounds = (int) number(names, "--rounds", ROUNDS);
    boolean isKept = names.remove("--keep");
    List<Scenario> chosen =
        Scenarios.ALL.stream()
            .filter(scenario -> names.isEmpty() || names.contains(scenario.name()))
            .toList();
    if (chosen.size() < names.size()) {
      Scenarios.ALL.forEach(each -> System.out.printf("%-22s %s%n", each.name(), each.says()));
      System.exit(2);
    }
    System.exit(new Failures(System.out, seed, rounds, isKept).run(chosen) ? 0 : 1);
  }

  /** The number that follows this option, which is taken out of the arguments. */
  private static long number(List<String> arguments, String option, long otherwise) {
    int at = arguments.indexOf(option);
    if (at < 0) {
      return otherwise;
    }
    long number = Long.parseLong(arguments.get(at + 1));
    arguments.subList(at, at + 2).clear();
    return number;
  }

  private boolean run(List<Scenario> chosen) throws IOException {
    List<Result> results = new ArrayList<>();
    Path home = Files.createTempDirectory("leat-failures");
    out.println("seed " + seed + ", logs in " + home);
    try (PostgresServer server = PostgresServer.start()) {
      for (Scenario scenario : chosen) {
        results.add(play(scenario, home.resolve(scenario.name()), server));
      }
    }
    out.printf(
        "%nSeed %d, %s, %d processors.%n%n%s",
        seed, LocalDate.now(), Runtime.getRuntime().availableProcessors(), Table.of(results));
    boolean isGood = results.stream().allMatch(Result::isGood);
    if (isGood && !isKept) {
      delete(home);
    }
    return isGood;
  }

  private Result play(Scenario scenario, Path directory, PostgresServer server) {
    out.printf("%n%s: %s%n", scenario.name(), scenario.says());
    Stage stage = new Stage(scenario, directory, server, seed, rounds, out);
    Thread ending = new Thread(stage::close, "end-nodes");
    Runtime.getRuntime().addShutdownHook(ending);
    try (stage) {
      scenario.play().on(stage);
    } catch (Skipped e) {
      out.println("  skipped: " + e.getMessage());
      Runtime.getRuntime().removeShutdownHook(ending);
      return new Result(
          scenario, stage.result().row(), List.of(), List.of(), String.valueOf(e.getMessage()));
    } catch (Exception e) {
      stage.claim("it comes to its end: " + e, false);
    }
    Runtime.getRuntime().removeShutdownHook(ending);
    return stage.result();
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
