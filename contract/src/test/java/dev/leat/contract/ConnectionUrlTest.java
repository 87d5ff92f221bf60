package dev.leat.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which URLs of databases are taken. */
final class ConnectionUrlTest {
  @ParameterizedTest
  @CsvSource({
    "jdbc:postgresql://db/orders, jdbc:postgresql://db:5432/orders",
    "jdbc:postgresql://DB.example.com:6432/a_b-1, jdbc:postgresql://db.example.com:6432/a_b-1",
    "jdbc:postgresql://[::1]:5432/o?sslmode=verify-full&currentSchema=s, jdbc:postgresql://[::1]:5432/o?currentSchema=s&sslmode=verify-full",
    "jdbc:h2:tcp://db/~/orders, jdbc:h2:tcp://db:9092/~/orders",
    "jdbc:h2:ssl://10.0.0.1:99/mem:a, jdbc:h2:ssl://10.0.0.1:99/mem:a",
    "jdbc:h2:file:orders, jdbc:h2:file:orders",
    "jdbc:h2:mem:o;DB_CLOSE_DELAY=-1;MODE=PostgreSQL, jdbc:h2:mem:o",
  })
  void known_areReadAndWritten(String written, String text) {
    ConnectionUrl url = ConnectionUrl.of(written);

    assertThat(url.text()).isEqualTo(text);
    assertThat(ConnectionUrl.of(text)).isEqualTo(url);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // they run scripts, read or write files, or load classes
        "jdbc:h2:mem:a;INIT=RUNSCRIPT FROM 'http://x/y'",
        "jdbc:h2:mem:a;init=CREATE ALIAS X AS 'y'",
        "jdbc:h2:mem:a;DB_CLOSE_DELAY=-1;INIT=x",
        "jdbc:h2:mem:a;DB_CLOSE_DELAY=-1\\;INIT=x",
        "jdbc:h2:tcp://h/a;INIT=RUNSCRIPT FROM 'x'",
        "jdbc:h2:tcp://h/a;DATABASE_EVENT_LISTENER='x.Y'",
        "jdbc:h2:mem:a;TRACE_LEVEL_FILE=4",
        "jdbc:postgresql://h/d?socketFactory=x.Y&socketFactoryArg=z",
        "jdbc:postgresql://h/d?sslfactory=x.Y",
        "jdbc:postgresql://h/d?sslmode=require&sslhostnameverifier=x.Y",
        "jdbc:postgresql://h/d?authenticationPluginClassName=x.Y",
        "jdbc:postgresql://h/d?loggerLevel=DEBUG&loggerFile=/tmp/x",
        "jdbc:postgresql://h/d?options=-c%20x%3Dy",
        "jdbc:postgresql://h/d?sslkey=/etc/passwd",
        "jdbc:postgresql://h/d?SSLMODE=disable",
        "jdbc:postgresql://h/d?sslmode=disable&sslmode=require",
        "jdbc:postgresql://h/d?sslmode",
        "jdbc:postgresql://h/d?currentSchema=a,b",
        "jdbc:postgresql://h/d?user=x&password=y",
        "jdbc:postgresql://h/d?&",
        "jdbc:postgresql://h/d#x",
        // files anywhere
        "jdbc:h2:/tmp/x",
        "jdbc:h2:~/x",
        "jdbc:h2:./x",
        "jdbc:h2:x",
        "jdbc:h2:file:/tmp/x",
        "jdbc:h2:file:../leat",
        "jdbc:h2:file:a/b",
        "jdbc:h2:zip:~/x.zip!/y",
        "jdbc:h2:split:nio:x",
        "jdbc:h2:nio:x",
        "jdbc:h2:mem:",
        "jdbc:h2:tcp://h/../../x",
        // other hosts than it seems, or none
        "jdbc:postgresql:d",
        "jdbc:postgresql://h1,h2/d",
        "jdbc:postgresql://u:p@h/d",
        "jdbc:postgresql://h:0/d",
        "jdbc:postgresql://h:65536/d",
        "jdbc:postgresql://h:99999999999/d",
        "jdbc:postgresql:///d",
        "jdbc:postgresql://h /d",
        "jdbc:postgresql://h/d%00",
        "jdbc:postgresql://h/a/b",
        "jdbc:postgresql://h\n/d",
        " jdbc:postgresql://h/d",
        "JDBC:POSTGRESQL://h/d",
        // other drivers
        "jdbc:mysql://h/d?allowLoadLocalInfile=true",
        "jdbc:derby:x;create=true",
        "http://h/",
        ""
      })
  void others_areRefused(String written) {
    assertThatThrownBy(() -> ConnectionUrl.of(written))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("must ");
  }

  @Test
  void password_isNeverPrinted() {
    assertThat(
            new DatabaseLogin(ConnectionUrl.of("jdbc:h2:mem:a"), "sa", "hidden", Instant.EPOCH)
                .toString())
        .isEqualTo("jdbc:h2:mem:a as sa");
  }
}
