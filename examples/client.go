// RediServe by Go's standard library:
//
//	REDISERVE_URL=http://127.0.0.1:3000 REDISERVE_TOKEN=… go run examples/client.go
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"time"
)

// Client is safe for concurrent use, and keeps its connections.
type Client struct {
	URL, Token string
	http       http.Client
}

// Error is what RediServe answers with 4xx and 5xx.
type Error struct {
	Status   int    `json:"-"`
	Message  string `json:"error"`
	Code     string `json:"code"`
	Executed string `json:"executed"`
}

func (e *Error) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Message) }

// Do sends a request and returns the answer's body and its ETag. A tag that is not empty goes along as If-Match.
func (c *Client) Do(method, path string, body []byte, tag string) ([]byte, string, error) {
	request, err := http.NewRequest(method, c.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, "", err
	}
	request.Header.Set("Authorization", "Bearer "+c.Token)
	if tag != "" {
		request.Header.Set("If-Match", tag)
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return nil, "", err
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, "", err
	}
	if answer.StatusCode >= 400 {
		failure := &Error{Status: answer.StatusCode, Message: answer.Status}
		_ = json.Unmarshal(content, failure) // what is no JSON comes from a proxy, and the status must do
		return nil, "", failure
	}
	return content, answer.Header.Get("ETag"), nil
}

// Get returns the bytes of a key and their tag; found is false when it is not there.
func (c *Client) Get(key string) (value []byte, tag string, found bool, err error) {
	value, tag, err = c.Do("GET", keyPath(key)+"?raw", nil, "")
	var failure *Error
	if errors.As(err, &failure) && failure.Status == http.StatusNotFound {
		return nil, "", false, nil
	}
	return value, tag, err == nil, err
}

// Set stores the bytes under a key. With a tag it replaces only the value that has it.
func (c *Client) Set(key string, value []byte, tag string) error {
	_, _, err := c.Do("PUT", keyPath(key), value, tag)
	return err
}

// Pipeline runs many commands in one request. Each has a result or an error of its own.
func (c *Client) Pipeline(commands ...[]any) ([]any, error) {
	body, err := json.Marshal(commands)
	if err != nil {
		return nil, err
	}
	answer, _, err := c.Do("POST", "/pipeline", body, "")
	if err != nil {
		return nil, err
	}
	var replies []struct {
		Result any
		Error  string
	}
	if err := json.Unmarshal(answer, &replies); err != nil {
		return nil, err
	}
	results := make([]any, len(replies))
	for i, reply := range replies {
		if reply.Error != "" {
			return nil, errors.New(reply.Error)
		}
		results[i] = reply.Result
	}
	return results, nil
}

func keyPath(key string) string { return "/keys/" + url.PathEscape(key) }

func run(c *Client) error {
	// Set and get. The key may hold anything; this one is forgotten after a minute.
	if _, _, err := c.Do("PUT", keyPath("greetings/en")+"?ttl=60", []byte("hello"), ""); err != nil {
		return err
	}
	greeting, _, _, err := c.Get("greetings/en")
	if err != nil {
		return err
	}
	fmt.Printf("greeting: %s\n", greeting)

	// That a key is not there is an answer, too.
	if _, _, found, err := c.Get("nobody"); err != nil {
		return err
	} else if !found {
		fmt.Println("nobody: not there")
	}

	// Any bytes.
	there := make([]byte, 256)
	for i := range there {
		there[i] = byte(i)
	}
	if err := c.Set("bytes", there, ""); err != nil {
		return err
	}
	back, _, _, err := c.Get("bytes")
	if err != nil {
		return err
	}
	if bytes.Equal(there, back) {
		fmt.Printf("bytes: %d, as they went\n", len(back))
	}

	// No lost updates: replace only what was read. Who comes too late gets 412, reads again and decides again.
	if err := c.Set("stock", []byte("10"), ""); err != nil {
		return err
	}
	_, tag, _, err := c.Get("stock")
	if err != nil {
		return err
	}
	if err := c.Set("stock", []byte("9"), tag); err != nil {
		return err
	}
	var late *Error
	if err := c.Set("stock", []byte("8"), tag); !errors.As(err, &late) {
		return fmt.Errorf("an update was lost: %w", err)
	}
	stock, _, _, err := c.Get("stock")
	if err != nil {
		return err
	}
	fmt.Printf("stock: %s, then %d\n", stock, late.Status)

	results, err := c.Pipeline([]any{"SET", "visits", 40}, []any{"INCR", "visits"}, []any{"INCR", "visits"})
	if err != nil {
		return err
	}
	fmt.Println("visits:", results[len(results)-1])

	// What fails says why, for people and for programs.
	_, _, err = c.Do("POST", keyPath("greetings/en")+"/incr", nil, "")
	var refused *Error
	if !errors.As(err, &refused) || refused.Code != "not_a_number" {
		return err
	}
	fmt.Println("refused:", refused.Code)
	return nil
}

func main() {
	client := &Client{URL: os.Getenv("REDISERVE_URL"), Token: os.Getenv("REDISERVE_TOKEN")}
	if client.URL == "" {
		client.URL = "http://127.0.0.1:3000"
	}
	client.http.Timeout = 10 * time.Second
	if err := run(client); err != nil {
		log.Fatal(err)
	}
}
