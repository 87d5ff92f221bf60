package dev.leat.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.leat.contract.GuestContract;
import dev.leat.contract.ModuleDigest;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.format.DateTimeParseException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** The {@code leat} command: all verbs, and how each ending becomes lines and an exit code. */
@Command(name = "leat", description = "Functions of many tenants, in WebAssembly.")
public final class Leat {
  @Mixin private final GlobalOptions options = new GlobalOptions();

  @Option(names = "--version", versionHelp = true, description = "Print the version.")
  boolean isVersionAsked;

  private Leat() {}

  /** Runs one command and ends the process: 0 done, 1 refused or failed, 2 usage. */
  public static void main(String[] arguments) {
    System.exit(run(Environment.ofProcess(), Terminal.ofProcess(), arguments));
  }

  static int run(Environment environment, Terminal terminal, String... arguments) {
    try {
      return commandLine(environment, terminal).execute(arguments);
    } finally {
      terminal.out().flush();
    }
  }

  static CommandLine commandLine(Environment environment, Terminal terminal) {
    Leat leat = new Leat();
    Session session = new Session(leat.options, environment, terminal);
    Version version = new Version(session);
    CommandLine line =
        new CommandLine(leat)
            .addSubcommand(new Up(session))
            .addSubcommand(new ClusterNode(session))
            .addSubcommand(new ShowCluster(session))
            .addSubcommand(new Login(session))
            .addSubcommand(new WhoAmI(session))
            .addSubcommand(new TenantCommands(session))
            .addSubcommand(new QuotaCommands(session))
            .addSubcommand(new TokenCommands(session))
            .addSubcommand(new SigningKeyCommands(session))
            .addSubcommand(new ConnectionCommands(session))
            .addSubcommand(new IssuerCommands(session))
            .addSubcommand(new KeyCommands(session))
            .addSubcommand(new PolicyCommands(session))
            .addSubcommand(new SecretCommands(session))
            .addSubcommand(new NewProject(session))
            .addSubcommand(new BuildProject(session))
            .addSubcommand(new TestProject(session))
            .addSubcommand(new Validate(session))
            .addSubcommand(new Analyze(session))
            .addSubcommand(new Sign(session))
            .addSubcommand(new Verify(session))
            .addSubcommand(new Publish(session))
            .addSubcommand(new ModuleCommands(session))
            .addSubcommand(new Search(session))
            .addSubcommand(new Install(session))
            .addSubcommand(new Deploy(session))
            .addSubcommand(new Update(session))
            .addSubcommand(new ListFunctions(session))
            .addSubcommand(new ShowFunction(session))
            .addSubcommand(new ListVersions(session))
            .addSubcommand(new DiffVersions(session))
            .addSubcommand(new Traffic(session))
            .addSubcommand(new Rollback(session))
            .addSubcommand(new RolloutCommands(session))
            .addSubcommand(new AliasCommands(session))
            .addSubcommand(new PermissionCommands(session))
            .addSubcommand(new CapabilityCommands(session))
            .addSubcommand(new LogLevelCommand(session))
            .addSubcommand(new DeleteFunction(session))
            .addSubcommand(new Invoke(session))
            .addSubcommand(new ListInvocations(session))
            .addSubcommand(new DeadLetterCommands(session))
            .addSubcommand(new ScheduleCommands(session))
            .addSubcommand(new Logs(session))
            .addSubcommand(new AuditCommands(session))
            .addSubcommand(new UsageCommands(session))
            .addSubcommand(version);
    line.getCommandSpec().versionProvider(version);
    return line.setOut(new PrintWriter(terminal.out(), true, UTF_8))
        .setErr(new PrintWriter(terminal.err(), true, UTF_8))
        .setUsageHelpWidth(100)
        .setExpandAtFiles(false)
        .registerConverter(Duration.class, new DurationConverter())
        .registerConverter(Instant.class, Leat::instant)
        .registerConverter(Format.class, Leat::format)
        .registerConverter(YearMonth.class, Leat::month)
        .registerConverter(RoleRule.class, RoleRule::parse)
        .registerConverter(ModuleDigest.class, Leat::digest)
        .registerConverter(Language.class, Language::parse)
        .registerConverter(GuestContract.class, Leat::contract)
        .registerConverter(ClusterNode.Addresses.class, ClusterNode.Addresses::parse)
        .setParameterExceptionHandler((e, _) -> misused(e, terminal))
        .setExecutionExceptionHandler((e, _, _) -> failed(e, environment, terminal));
  }

  private static int misused(ParameterException e, Terminal terminal) {
    String help = e.getCommandLine().getCommandSpec().qualifiedName() + " --help";
    terminal.error(Misuse.of(e) + " See: " + help);
    return Failure.USAGE;
  }

  private static int failed(Exception e, Environment environment, Terminal terminal) {
    if (environment.isDebug()) {
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      trace.toString().lines().forEach(terminal::error);
    }
    Failure failure = e instanceof Failure expected ? expected : Failure.unexpected(e);
    failure.lines().forEach(terminal::error);
    return failure.exitCode();
  }

  private static ModuleDigest digest(String text) {
    try {
      return ModuleDigest.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage() + "; was '" + text + "'");
    }
  }

  private static GuestContract contract(String word) {
    return GuestContract.ofWord(word)
        .orElseThrow(() ->
            new TypeConversionException(
                "it must be handler, processor, step or wasi, was '" + word + "'"));
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new TypeConversionException("'" + text + "' is no time such as 2026-11-30T12:00:00Z");
    }
  }

  private static YearMonth month(String text) {
    try {
      return YearMonth.parse(text);
    } catch (DateTimeParseException e) {
      throw new TypeConversionException("'" + text + "' is no month such as 2026-11");
    }
  }

  private static Format format(String text) {
    for (Format format : Format.values()) {
      if (format.toString().equals(text)) {
        return format;
      }
    }
    throw new TypeConversionException("it must be table, json, yaml or csv, was '" + text + "'");
  }
}
