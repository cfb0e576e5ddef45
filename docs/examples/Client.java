import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Posts a transfer (FILE.json) or a batch, one transfer a line (FILE.ndjson), and waits for the receipts. Java 17, nothing to install or compile.
 *
 * <pre>GATEWAY=https://gateway.example KEY=... java Client.java transfer.json</pre>
 *
 * Ends with 0 when everything was taken in, with 1 when something was refused, with 2 when nothing could be sent. Java has no JSON of its own, so
 * the flat answers are read with a pattern; a program of yours uses its JSON library.
 */
public class Client {
    static final String GATEWAY = System.getenv("GATEWAY"), KEY = System.getenv("KEY");
    static final int TRIES = 8;
    static final Set<Integer> AGAIN = Set.of(409, 429, 503);
    static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(10)).build();
    static final Pattern ITEM = Pattern.compile("\\{\"line\":[^{}]*\\}");

    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[0]);
        byte[] body = Files.readAllBytes(file);
        HttpResponse<String> answer = call(request("/v1/transfers")
            .header("Content-Type", file.toString().endsWith(".ndjson") ? "application/x-ndjson" : "application/json")
            // A key made of the body: this program, started again after a crash, asks for the same answer and posts nothing anew.
            .header("Idempotency-Key", HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body)))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)).build());
        Matcher items = ITEM.matcher(answer.body());
        if (answer.statusCode() != 202 && answer.statusCode() != 422 || !answer.body().contains("\"transfers\"")) {
            System.err.println(answer.statusCode() + " " + field(answer.body(), "code") + ": " + field(answer.body(), "detail"));
            System.exit(2);
        }
        boolean refused = false;
        while (items.find()) {
            String one = items.group(), outcome = field(one, "status").equals("accepted") ? receipt(field(one, "receipt")) : one;
            String said = field(outcome, "status") + " " + field(outcome, "code") + " " + field(outcome, "detail");
            System.out.println("line " + field(one, "line") + ": " + said.strip());
            refused |= !field(outcome, "status").equals("accepted");
        }
        System.exit(refused ? 1 : 0);
    }

    /** What became of one transfer: `received` until the gateway has come to it, which takes a second or less. */
    static String receipt(String id) throws InterruptedException {
        while (true) {
            HttpResponse<String> answer = call(request("/v1/receipts/" + id).build());
            if (answer.statusCode() != 202) {
                return answer.statusCode() == 200 ? answer.body() : "{\"status\":\"unknown (" + answer.statusCode() + ")\"}";
            }
            Thread.sleep(500);
        }
    }

    static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(GATEWAY + path)).timeout(Duration.ofSeconds(60)).header("Authorization", "Bearer " + KEY);
    }

    /** The answer. Asks again after 409, 429, 503 and a broken connection: the same request, so that nothing is posted twice. */
    static HttpResponse<String> call(HttpRequest request) throws InterruptedException {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            long wait = 1L << attempt;
            try {
                HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
                if (!AGAIN.contains(answer.statusCode())) {
                    return answer;
                }
                wait = answer.headers().firstValueAsLong("Retry-After").orElse(wait);
            } catch (IOException error) {
                System.err.println("not sent: " + error);
            }
            Thread.sleep(wait * 1000);
        }
        System.exit(2);
        return null;
    }

    /** A field of a flat JSON object, "" where it is absent. */
    static String field(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([0-9]+))").matcher(json);
        return !found.find() ? "" : found.group(1) != null ? found.group(1) : found.group(2);
    }
}
