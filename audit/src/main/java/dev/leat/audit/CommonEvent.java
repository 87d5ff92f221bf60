package dev.leat.audit;

import dev.leat.contract.TenantId;

/** A record in ArcSight's Common Event Format (CEF:0), which most SIEMs read. */
public final class CommonEvent {
  private static final int SEVERITY_DONE = 3;
  private static final int SEVERITY_DENIED = 6;

  private CommonEvent() {}

  /** One line, without its end. */
  public static String of(AuditRecord record, String version) {
    AuditEntry entry = record.entry();
    return "CEF:0|Leat|Leat|%s|%s|%s|%d|"
            .formatted(
                header(version),
                header(entry.action()),
                header(entry.action()),
                entry.allowed() ? SEVERITY_DONE : SEVERITY_DENIED)
        + "rt=%d externalId=%d suser=%s outcome=%s request=%s msg=%s cs1Label=tenant cs1=%s cs2Label=requestId cs2=%s cs3Label=hash cs3=%s"
            .formatted(
                entry.at().toEpochMilli(),
                record.seq(),
                value(entry.actor()),
                entry.allowed() ? "success" : "failure",
                value(entry.resource()),
                value(entry.details()),
                value(entry.tenant().map(TenantId::value).orElse("")),
                value(entry.requestId()),
                record.hash());
  }

  private static String header(String text) {
    return oneLine(text.replace("\\", "\\\\").replace("|", "\\|"), " ");
  }

  private static String value(String text) {
    return oneLine(text.replace("\\", "\\\\").replace("=", "\\="), "\\n");
  }

  private static String oneLine(String text, String end) {
    return text.replace("\r\n", end).replace("\n", end).replace("\r", end);
  }
}
