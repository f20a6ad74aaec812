package databasetest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// worker is the system behind the queues: one goroutine that treats each new row as the section of manual 002 says.
type worker struct {
	pg *pgconn.PgConn
}

// row is one row of a queue, by its columns; NULL is missing.
type row map[string]string

// query runs one statement and answers its rows.
func (w *worker) query(ctx context.Context, sql string, params ...any) ([]row, error) {
	values := make([][]byte, len(params))
	for i, p := range params {
		if p != nil {
			values[i] = fmt.Append([]byte{}, p)
		}
	}
	r := w.pg.ExecParams(ctx, sql, values, nil, nil, nil)
	var out []row
	for r.NextRow() {
		one := row{}
		for i, f := range r.FieldDescriptions() {
			if v := r.Values()[i]; v != nil {
				one[f.Name] = string(v)
			}
		}
		out = append(out, one)
	}
	_, err := r.Close()
	return out, err
}

// exists says whether a statement finds any row.
func (w *worker) exists(ctx context.Context, sql string, params ...any) (bool, error) {
	rows, err := w.query(ctx, sql, params...)
	return len(rows) > 0, err
}

// run treats rows as they come, until ctx ends; turn is asked to let it go once over all queues.
func (w *worker) run(ctx context.Context, looks <-chan struct{}, turn func(func() error) error) error {
	once := func() error {
		for _, treat := range []func(context.Context) error{w.imports, w.removals, w.switches, w.numbers, w.outcomes, w.statuses,
			w.users, w.changes, w.blocks, w.unblocks} {
			if err := treat(ctx); err != nil {
				return err
			}
		}
		return nil
	}
	for {
		if err := turn(once); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		select {
		case <-looks:
		case <-ctx.Done():
			return nil
		}
	}
}

// each treats the rows of a queue that nobody has treated yet.
func (w *worker) each(ctx context.Context, sql string, treat func(row) error) error {
	rows, err := w.query(ctx, sql)
	for _, r := range rows {
		err = errors.Join(err, treat(r))
	}
	return err
}

// imports: the customer's numbers come into the campaign. 1.3.1.6 has no column for an answer, and its second example still
// shows the row.
func (w *worker) imports(ctx context.Context) error {
	return w.each(ctx, `SELECT i.ctid::text AS place, i.* FROM importar_discador i WHERE NOT EXISTS (SELECT FROM telefones_campanhas t
		WHERE t.campanha_id = i.id_campanha AND t.parametro1 = i.identificador1)`, func(r row) error {
		for n := 1; n <= 5; n++ {
			number := r[fmt.Sprintf("telefone%d", n)]
			if number == "" {
				continue
			}
			if _, err := w.query(ctx, `INSERT INTO telefones_campanhas (campanha_id, parametro1, parametro2, telefone, importado_em, prioridade)
				VALUES ($1, $2, $3, $4, now(), $5)`, r["id_campanha"], r["identificador1"], r["identificador2"],
				r[fmt.Sprintf("ddd%d", n)]+number, n); err != nil {
				return err
			}
		}
		return nil
	})
}

// removals: executado becomes true (1.3.1.9), but for a number that is in between: Discado Sistema, URA do Discador, Na Fila
// de Espera. The row stays for seven days.
func (w *worker) removals(ctx context.Context) error {
	return w.each(ctx, `SELECT * FROM excluir_telefone_campanha WHERE NOT executado`, func(r row) error {
		gone, err := w.exists(ctx, `DELETE FROM telefones_campanhas WHERE (id::text = $1 OR $1 = '' AND campanha_id::text = $2)
			AND coalesce(status, '') NOT IN ('Discado Sistema', 'URA do Discador', 'Na Fila de Espera') RETURNING id`, r["id_telefone"], r["id_campanha"])
		if err == nil && gone {
			_, err = w.query(ctx, `UPDATE excluir_telefone_campanha SET executado = true WHERE id = $1`, r["id"])
		}
		return err
	})
}

// switches: an active campaign becomes inactive and the other way round, a log is written, and the row goes (1.3.1.14).
func (w *worker) switches(ctx context.Context) error {
	return w.each(ctx, `SELECT * FROM gerenciar_campanhas`, func(r row) error {
		known, err := w.exists(ctx, `UPDATE campanhas SET ativa = NOT ativa WHERE id = $1 RETURNING id`, r["campanha_id"])
		if err != nil || !known {
			return err
		}
		if _, err = w.query(ctx, `INSERT INTO campanhas_logs VALUES (NULL, 'Campanha ' || $1::text || ' alterada', now())`, r["campanha_id"]); err == nil {
			_, err = w.query(ctx, `DELETE FROM gerenciar_campanhas WHERE id = $1`, r["id"])
		}
		return err
	})
}

// numbers: MESSAGE says whether the number was put in (1.3.1.15.1, the words of 1.1.16).
func (w *worker) numbers(ctx context.Context) error {
	return w.each(ctx, `SELECT * FROM inserir_telefone_campanha WHERE message IS NULL`, func(r row) error {
		said := "TELEFONE INSERIDO"
		campaign, err := w.exists(ctx, `SELECT FROM campanhas WHERE id = $1`, r["id_campanha"])
		if err != nil {
			return err
		}
		customer, err := w.exists(ctx, `SELECT FROM telefones_campanhas WHERE campanha_id = $1 AND CASE $2::integer WHEN 1 THEN parametro1 WHEN 2 THEN parametro2 END = $3`,
			r["id_campanha"], r["parametro"], r["valor_parametro"])
		if err != nil {
			return err
		}
		taken, err := w.exists(ctx, `SELECT FROM telefones_campanhas WHERE campanha_id = $1 AND CASE $2::integer WHEN 1 THEN parametro1 WHEN 2 THEN parametro2 END = $3 AND prioridade = $4`,
			r["id_campanha"], r["parametro"], r["valor_parametro"], r["prioridade"])
		switch {
		case err != nil:
			return err
		case !campaign:
			said = "CAMPANHA NAO ENCONTRADA"
		case !customer:
			said = "CLIENTE NAO ENCONTRADO"
		case taken:
			said = "JA EXISTE NUMERO DE TELEFONE COM ESTA PRIORIDADE"
		}
		_, err = w.query(ctx, `UPDATE inserir_telefone_campanha SET message = $2 WHERE id = $1`, r["id"], said)
		return err
	})
}

// outcomes: what is right is filed and the row goes, else MENSAGEM says why and the row stays (1.3.1.17).
func (w *worker) outcomes(ctx context.Context) error {
	return w.each(ctx, `SELECT *, data <= localtimestamp AS late FROM set_status_telefones_campanhas WHERE mensagem IS NULL`, func(r row) error {
		customer, err := w.exists(ctx, `SELECT FROM telefones_campanhas WHERE campanha_id = $1 AND parametro1 = $2 AND telefone = $3`,
			r["id_campanha"], r["parametro1"], r["numerodotelefone"])
		if err != nil {
			return err
		}
		status, err := w.exists(ctx, `SELECT FROM status_discador WHERE id = $1`, r["id_status"])
		if err != nil {
			return err
		}
		agent, err := w.exists(ctx, `SELECT FROM usuarios WHERE ramal = $1`, r["ramal"])
		said := ""
		switch {
		case err != nil:
			return err
		case !customer:
			said = "CLIENTE NAO LOCALIZADO NA CAMPANHA."
		case !status:
			said = "STATUS INFORMADO NAO EXISTE."
		case !agent:
			said = "USUARIO TOTALIP NAO LOCALIZADO."
		case r["late"] == "t":
			said = "O AGENDAMENTO DEVER SER PARA UMA DATA FUTURA."
		}
		if said != "" {
			_, err = w.query(ctx, `UPDATE set_status_telefones_campanhas SET mensagem = $2 WHERE id = $1`, r["id"], said)
			return err
		}
		if _, err = w.query(ctx, `UPDATE telefones_campanhas SET id_status = $4, status = (SELECT nome FROM status_discador WHERE id = $4)
			WHERE campanha_id = $1 AND parametro1 = $2 AND telefone = $3`, r["id_campanha"], r["parametro1"], r["numerodotelefone"], r["id_status"]); err == nil {
			_, err = w.query(ctx, `DELETE FROM set_status_telefones_campanhas WHERE id = $1`, r["id"])
		}
		return err
	})
}

// statuses: with success the row goes, else MESSAGE says why (1.3.1.18, the words of 1.1.6).
func (w *worker) statuses(ctx context.Context) error {
	return w.each(ctx, `SELECT * FROM set_status_ramal WHERE message IS NULL`, func(r row) error {
		status, err := w.exists(ctx, `SELECT FROM status_usuarios WHERE id = $1`, r["id_status"])
		if err != nil {
			return err
		}
		if !status {
			_, err = w.query(ctx, `UPDATE set_status_ramal SET message = 'STATUS NAO EXISTE' WHERE id = $1`, r["id"])
			return err
		}
		known, err := w.exists(ctx, `UPDATE usuarios SET id_status_usuario = $2, status_usuario = (SELECT nome FROM status_usuarios WHERE id = $2)
			WHERE ramal = $1 RETURNING id`, r["ramal"], r["id_status"])
		switch {
		case err != nil:
			return err
		case !known:
			_, err = w.query(ctx, `UPDATE set_status_ramal SET message = 'RAMAL NAO ENCONTRADO' WHERE id = $1`, r["id"])
		default:
			_, err = w.query(ctx, `DELETE FROM set_status_ramal WHERE id = $1`, r["id"])
		}
		return err
	})
}

// users: MENSAGEM says whether it went well, EXECUTADO that it was done (1.3.1.22, the words of 1.1.19 and 1.1.19.1).
func (w *worker) users(ctx context.Context) error {
	return w.each(ctx, `SELECT * FROM gerenciar_usuarios WHERE mensagem IS NULL`, func(r row) error {
		done, undone := "criado", "criado"
		if r["acao"] == "2" {
			done, undone = "atualizado", "atualizado"
		}
		known, err := w.exists(ctx, `SELECT FROM usuarios WHERE ramal = $1`, r["ramal"])
		if err != nil {
			return err
		}
		model, err := w.exists(ctx, `SELECT FROM usuarios WHERE ramal = $1`, r["ramal_padrao"])
		if err != nil {
			return err
		}
		if !model || known != (r["acao"] == "2") {
			_, err = w.query(ctx, `UPDATE gerenciar_usuarios SET mensagem = $2, executado = true WHERE id = $1`, r["id"],
				"Usuário '"+r["ramal"]+"' não foi "+undone+".")
			return err
		}
		if known {
			_, err = w.query(ctx, `UPDATE usuarios SET nome = coalesce($2, nome) WHERE ramal = $1`, r["ramal"], orNil(r["nome"]))
		} else {
			_, err = w.query(ctx, `INSERT INTO usuarios (id, nome, ramal) SELECT max(id) + 1, $2, $1 FROM usuarios`, r["ramal"], r["nome"])
		}
		if err == nil {
			_, err = w.query(ctx, `UPDATE gerenciar_usuarios SET mensagem = $2, executado = true, atualizado_em = now() WHERE id = $1`, r["id"],
				"Usuário '"+r["ramal"]+"' "+done+" com sucesso")
		}
		return err
	})
}

func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// changes: the parameter changes; 1.3.1.29 has no column for an answer.
func (w *worker) changes(ctx context.Context) error {
	return w.each(ctx, `SELECT * FROM alterar_cliente`, func(r row) error {
		if !strings.Contains("1234", r["novo_parametro"]) || !strings.Contains("1234", r["parametro"]) {
			return nil
		}
		_, err := w.query(ctx, `UPDATE telefones_campanhas SET parametro`+r["novo_parametro"]+` = $3 WHERE campanha_id = $1 AND parametro`+r["parametro"]+` = $2`,
			r["id_campanha"], r["valor"], r["novo_valor"])
		return err
	})
}

// blocks: MENSAGEM says whether the number is on the list (1.3.1.35).
func (w *worker) blocks(ctx context.Context) error {
	return w.each(ctx, `SELECT i.*, b.nome FROM inserir_telefone_black_list i LEFT JOIN black_list b USING (id_black_list) WHERE mensagem IS NULL`, func(r row) error {
		said := "Telefone salvo"
		var err error
		switch {
		case strings.Trim(r["telefone"], "0123456789") != "" || r["telefone"] == "":
			said = "Número inválido"
		case r["nome"] == "":
			said = "Black List não localizada"
		default:
			_, err = w.query(ctx, `INSERT INTO telefones_bloqueados (telefone, grupo_de_bloqueio) VALUES ($1, $2)`, r["telefone"], r["nome"])
		}
		if err == nil {
			_, err = w.query(ctx, `UPDATE inserir_telefone_black_list SET mensagem = $2, atualizado_em = now() WHERE id = $1`, r["id"], said)
		}
		return err
	})
}

// unblocks: without a list the number goes from all of them (1.3.1.36).
func (w *worker) unblocks(ctx context.Context) error {
	return w.each(ctx, `SELECT r.*, b.nome FROM remover_telefone_black_list r LEFT JOIN black_list b USING (id_black_list) WHERE mensagem IS NULL`, func(r row) error {
		said := "Telefone removido"
		if strings.Trim(r["telefone"], "0123456789") != "" || r["telefone"] == "" {
			said = "Número inválido"
		} else {
			gone, err := w.exists(ctx, `DELETE FROM telefones_bloqueados WHERE telefone::text = $1 AND ($2::text IS NULL OR grupo_de_bloqueio = $2) RETURNING id`,
				r["telefone"], orNil(r["nome"]))
			if err != nil {
				return err
			}
			if !gone {
				said = "Não foi possível excluir o telefone"
			}
		}
		_, err := w.query(ctx, `UPDATE remover_telefone_black_list SET mensagem = $2, atualizado_em = now() WHERE id = $1`, r["id"], said)
		return err
	})
}
