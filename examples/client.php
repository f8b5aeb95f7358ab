<?php
// RediServe by PHP's curl, PHP 8.1 or newer:
//     REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… php examples/client.php
declare(strict_types=1);

final class RediServeError extends RuntimeException
{
    public function __construct(
        public readonly int $status,
        string $error,
        public readonly string $reason = '',
        public readonly string $executed = '',
    ) {
        parent::__construct($error, $status);
    }
}

final class RediServe
{
    private readonly CurlHandle $curl; // keeps its connection

    public function __construct(private readonly string $url, private readonly string $token)
    {
        $this->curl = curl_init();
    }

    /** @return array{string, ?string} the answer's body and its ETag */
    public function request(string $method, string $path, ?string $body = null, ?string $tag = null): array
    {
        $etag = null;
        $headers = ["Authorization: Bearer $this->token", 'Content-Type: application/octet-stream'];
        if ($tag !== null) {
            $headers[] = "If-Match: $tag";
        }
        curl_reset($this->curl);
        curl_setopt_array($this->curl, [
            CURLOPT_URL => $this->url . $path,
            CURLOPT_CUSTOMREQUEST => $method,
            CURLOPT_HTTPHEADER => $headers,
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_TIMEOUT => 10,
            CURLOPT_PATH_AS_IS => true, // or the key ".." would climb
            CURLOPT_HEADERFUNCTION => function ($curl, string $line) use (&$etag): int {
                if (stripos($line, 'etag:') === 0) {
                    $etag = trim(substr($line, 5));
                }
                return strlen($line);
            },
        ]);
        if ($body !== null) {
            curl_setopt($this->curl, CURLOPT_POSTFIELDS, $body);
        }
        $answer = curl_exec($this->curl);
        if ($answer === false) {
            throw new RuntimeException(curl_error($this->curl));
        }
        $status = curl_getinfo($this->curl, CURLINFO_RESPONSE_CODE);
        if ($status >= 400) {
            $said = json_decode($answer, true) ?? [];
            throw new RediServeError($status, $said['error'] ?? $answer, $said['code'] ?? '', $said['executed'] ?? '');
        }
        return [$answer, $etag];
    }

    /** @return ?array{string, ?string} the bytes of a key and their tag, or null when it is not there */
    public function get(string $key): ?array
    {
        try {
            return $this->request('GET', self::path($key) . '?raw');
        } catch (RediServeError $error) {
            return $error->status === 404 ? null : throw $error;
        }
    }

    /** With a tag, replaces only the value that has it. */
    public function set(string $key, string $value, string $options = '', ?string $tag = null): void
    {
        $this->request('PUT', self::path($key) . $options, $value, $tag);
    }

    /** Many commands in one request. Each has a result or an error of its own. */
    public function pipeline(array ...$commands): array
    {
        [$answer] = $this->request('POST', '/pipeline', json_encode($commands, JSON_THROW_ON_ERROR));
        return array_map(
            fn (array $reply) => isset($reply['error']) ? throw new RuntimeException($reply['error']) : $reply['result'],
            json_decode($answer, true, flags: JSON_THROW_ON_ERROR),
        );
    }

    public static function path(string $key): string
    {
        return '/keys/' . rawurlencode($key);
    }
}

$redis = new RediServe(getenv('REDISERVE_URL') ?: 'http://127.0.0.1:3000', getenv('REDISERVE_TOKEN') ?: '');

// Set and get. The key may hold anything; this one is forgotten after a minute.
$redis->set('greetings/en', 'hello', '?ttl=60');
echo 'greeting: ', $redis->get('greetings/en')[0], "\n";

// That a key is not there is an answer, too.
if ($redis->get('nobody') === null) {
    echo "nobody: not there\n";
}

// Any bytes.
$bytes = implode('', array_map('chr', range(0, 255)));
$redis->set('bytes', $bytes);
[$back] = $redis->get('bytes');
if ($back === $bytes) {
    echo 'bytes: ', strlen($back), ", as they went\n";
}

// No lost updates: replace only what was read. Who comes too late gets 412, reads again and decides again.
$redis->set('stock', '10');
[, $tag] = $redis->get('stock');
$redis->set('stock', '9', tag: $tag);
try {
    $redis->set('stock', '8', tag: $tag);
} catch (RediServeError $late) {
    echo 'stock: ', $redis->get('stock')[0], ", then $late->status\n";
}

$results = $redis->pipeline(['SET', 'visits', 40], ['INCR', 'visits'], ['INCR', 'visits']);
echo 'visits: ', end($results), "\n";

// What fails says why, for people and for programs.
try {
    $redis->request('POST', RediServe::path('greetings/en') . '/incr');
} catch (RediServeError $error) {
    if ($error->reason !== 'not_a_number') {
        throw $error;
    }
    echo "refused: $error->reason\n";
}
