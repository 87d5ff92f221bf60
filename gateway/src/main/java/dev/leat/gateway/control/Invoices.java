package dev.leat.gateway.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.leat.contract.Answer;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.gateway.control.reply.InvoiceLine;
import dev.leat.tenants.SigningKeys;
import dev.leat.tenants.Tenant;
import dev.leat.tenants.Tenants;
import dev.leat.tenants.usage.UsageLog;
import dev.leat.tenants.usage.UsageQuery;
import dev.leat.tenants.usage.UsageQuery.By;
import dev.leat.tenants.usage.UsageRow;
import dev.leat.tenants.usage.UsageTotal;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What tenants used in a month, as lines of JSON, the last of which is a signature of all before
 * it: a detached JWS by the key that signs tokens, over the SHA-256 of their bytes.
 */
final class Invoices {
  /** The {@code typ} of the signature's header. */
  private static final String TYPE = "leat-usage";

  /** At about 350 bytes each, 18 MB. */
  static final int LINES_MAX = 50_000;

  /** Of one tenant by day: 3,000 functions that are called every day, 30 MB. */
  private static final int TOTALS_MAX = 100_000;

  private static final ObjectMapper JSON =
      JsonMapper.builder().defaultPropertyInclusion(JsonInclude.Value.ALL_NON_NULL).build();

  private final Tenants tenants;
  private final UsageLog usage;
  private final SigningKeys keys;
  private final InstantSource clock;

  Invoices(Tenants tenants, UsageLog usage, SigningKeys keys, InstantSource clock) {
    this.tenants = tenants;
    this.usage = usage;
    this.keys = keys;
    this.clock = clock;
  }

  /**
   * @param tenant empty for all that there are
   * @param isDaily whether each day has lines of its own
   */
  Answer<byte[]> export(Optional<TenantId> tenant, YearMonth month, boolean isDaily) {
    Instant now = clock.instant();
    if (month.isAfter(YearMonth.from(now.atOffset(ZoneOffset.UTC)))) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST, "The month " + month + " has not begun yet.");
    }
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    int count = 0;
    Optional<TenantId> next = tenant.or(() -> after(Optional.empty()));
    while (next.isPresent()) {
      Optional<List<UsageTotal>> used = usage.all(query(next.get(), month), TOTALS_MAX);
      List<UsageTotal> totals = used.map(all -> isDaily ? all : ofMonth(all)).orElse(List.of());
      count += totals.size();
      if (used.isEmpty() || count > LINES_MAX) {
        return Answer.refused(
            ProblemCode.INVALID_REQUEST,
            "The export has more than %d lines. Export by month, or tenant by tenant."
                .formatted(LINES_MAX));
      }
      totals.forEach(total -> write(lines, InvoiceLine.of(total, period(total, month, isDaily))));
      next = tenant.isPresent() ? Optional.empty() : after(next);
    }
    write(lines, signature(lines.toByteArray(), count, month, tenant, now));
    return Answer.done(lines.toByteArray());
  }

  private Optional<TenantId> after(Optional<TenantId> last) {
    return tenants.list(1, last) instanceof Answer.Done<List<Tenant>>(List<Tenant> found)
        ? found.stream().findFirst().map(Tenant::id)
        : Optional.empty();
  }

  private static UsageQuery query(TenantId tenant, YearMonth month) {
    return new UsageQuery(
        tenant,
        Optional.empty(),
        By.DAY,
        minute(month.atDay(1)),
        minute(month.plusMonths(1).atDay(1)));
  }

  private static long minute(LocalDate day) {
    return UsageRow.minute(day.atStartOfDay().toInstant(ZoneOffset.UTC));
  }

  /** By function. */
  private static List<UsageTotal> ofMonth(List<UsageTotal> days) {
    Map<String, UsageTotal> sums = new TreeMap<>();
    days.forEach(day -> sums.merge(day.function(), day, Invoices::plus));
    return new ArrayList<>(sums.values());
  }

  private static UsageTotal plus(UsageTotal sum, UsageTotal day) {
    SortedMap<String, Long> outcomes = new TreeMap<>(sum.outcomes());
    day.outcomes().forEach((outcome, count) -> outcomes.merge(outcome, count, Long::sum));
    return new UsageTotal(
        sum.tenant(), sum.function(), sum.minute(), outcomes, sum.amounts().plus(day.amounts()));
  }

  private static String period(UsageTotal total, YearMonth month, boolean isDaily) {
    return isDaily
        ? LocalDate.ofInstant(UsageRow.begin(total.minute()), ZoneOffset.UTC).toString()
        : month.toString();
  }

  /** What the lines are about is in the signed header, so that none can pass for another's. */
  private Map<String, Object> signature(
      byte[] lines, int count, YearMonth month, Optional<TenantId> tenant, Instant now) {
    byte[] digest = sha256(lines);
    Map<String, String> about = new LinkedHashMap<>();
    about.put("month", month.toString());
    about.put("exportedAt", now.toString());
    tenant.ifPresent(one -> about.put("tenant", one.value()));
    Map<String, Object> signature = new LinkedHashMap<>(about);
    signature.put("lines", count);
    signature.put("sha256", HexFormat.of().formatHex(digest));
    signature.put("jws", keys.signDetached(digest, TYPE, about));
    return Map.of("signature", signature);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is always there", e);
    }
  }

  private static void write(ByteArrayOutputStream lines, Object line) {
    try {
      lines.writeBytes(JSON.writeValueAsBytes(line));
      lines.write('\n');
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A line cannot be written as JSON", e);
    }
  }
}
